package web

import "net/http"

// guard refuses requests for staff pages that another website makes, also those
// that change nothing, so that no website learns anything by their time or size.
// Browsers say where a request comes from (Fetch Metadata); those that do not
// are held off by the staff cookie, which they send to our own pages only.
func (p *portal) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if (route{path: r.URL.Path}).staff() && site != "" && site != "same-origin" && site != "none" && !comesFromElsewhere(r) {
			http.Error(w, "This page of the portal was opened from another website, so it was refused. Type its address into the browser, or open it from a page of the portal.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// comesFromElsewhere reports whether this is one of the few pages that people
// open by a link in a message or are sent to by their organisation, and show
// nothing of who is signed in.
func comesFromElsewhere(r *http.Request) bool {
	if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
		return false
	}
	switch r.URL.Path {
	case "/staff", "/staff/sign-in", "/staff/welcome", ssoBackPath:
		return true
	}
	return false
}
