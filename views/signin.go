package views

import "html/template"

// AccountPage is how somebody signs in, and where they are signed in.
type AccountPage struct {
	Base
	Needs    bool // the role needs a second factor, and there is none
	Passkeys []FactorRow
	App      string // the day on which the app for codes was set up, "" for none
	Left     int    // unused recovery codes
	Codes    []string
	Sessions []SessionRow
	Most     int // sessions at once
	Faults   []Fault
	Problems map[string]string // by field: password, name
}

// Factor reports whether there is a second factor.
func (p *AccountPage) Factor() bool { return len(p.Passkeys) > 0 || p.App != "" }

// FactorRow is a passkey.
type FactorRow struct{ ID, Name, Day string }

// SessionRow is a browser in which somebody is signed in.
type SessionRow struct {
	ID, Name, Day string
	Here          bool // the one in hand
}

// CodeAppPage sets up an app that makes codes.
type CodeAppPage struct {
	Base
	Secret   string // in groups, to type in
	URI      string
	Sealed   string
	Faults   []Fault
	Problems map[string]string // by field: code
}

// QR draws what the app takes in.
func (p *CodeAppPage) QR() template.HTML { return drawQR([]string{p.URI}) }

// PasskeyPage adds a passkey. Options are what the browser is asked, JSON.
type PasskeyPage struct {
	Base
	Options  string
	Name     string
	Faults   []Fault
	Problems map[string]string // by field: name
}

// ProvePage asks again who somebody is, before they do something grave. What
// they had sent waits in Unsent, so that nothing typed is lost.
type ProvePage struct {
	Base
	Next    string // where it leads
	Unsent  string // a form that had been posted there, sealed; "" for none
	Code    bool   // the account has a second factor
	Options string // for a passkey, JSON; "" without one
	Fault   string
	SSO     string
}

// GoOnPage leads on after a proof or a sign-in: to a file, to a page, or to where a
// form was posted to, with what was in it.
type GoOnPage struct {
	Base
	Next    string
	Posts   bool
	Fields  []FormField
	File    bool // a file was sent with it, which has to be chosen again
	Refresh bool // the answer leads there by itself
}

// FormField is one field of a form.
type FormField struct{ Name, Value string }

// RecoveryRow is a request to let somebody in, or in anew.
type RecoveryRow struct {
	By, Day string
	As      string // what the account may do then, as models.Recovery.May
	Mine    bool   // whoever looks at the page asked
}

func (*AccountPage) file() string { return "account" }
func (*CodeAppPage) file() string { return "code-app" }
func (*PasskeyPage) file() string { return "passkey" }
func (*ProvePage) file() string   { return "prove" }
func (*GoOnPage) file() string    { return "go-on" }
