// Package ui is the chat page without the browser: its state, how events
// change it, what it shows and in which words. Use it through Run; package
// dom turns what happens in a browser into events and shows the result.
//
//	dom, Session ──Event──► Queue ──► Update ──► State ──► Present ──► View ──► dom
//	                                       └───► Effect ──► Session, dom
//
// Update and Present are pure, so the page's behaviour is tested natively.
package ui
