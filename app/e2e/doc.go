// Package e2e follows people through the portal in a real browser: a resident
// on a phone, a sex worker on a shared one, a helper, an organisation, a
// councillor, an officer and a reader of the report. On every page they see it
// checks the accessibility rules, the size of targets and that nothing has to be
// scrolled sideways.
//
// The journeys are *.test.mjs; browser.mjs is the browser they share. The Go
// test boots a portal with the demonstration for each of them and runs it with
// Node. It needs Node 20 or later with the packages of package-lock.json, and
// Chromium at /usr/bin/chromium or where $CHROMIUM says, so it is built only
// with the tag browser:
//
//	make e2e
//	make screens
package e2e
