// Package e2e holds nothing but tests: the real program, and people with real
// browsers. They need Chromium, which the variable CHROMIUM or PATH names.
package e2e
