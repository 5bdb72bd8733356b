// Package e2e holds nothing but tests: the real program, and people with real
// browsers. They need Chromium, which the variable CHROMIUM or PATH names.
//
// E2E_LEAVINGS=100 measures each way of leaving a hundred times.
package e2e
