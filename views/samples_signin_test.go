package views

import (
	"strings"

	"heard/models"
)

// signInSamples are the pages on which staff sign in and keep their accounts.
func signInSamples() []sample {
	own := func() *AccountPage {
		return &AccountPage{Base: desk("account", "Your account"), Most: 2, Problems: map[string]string{}, App: "12 November 2026", Left: 9,
			Passkeys: []FactorRow{{ID: "k1", Name: "Blue security key", Day: "11 November 2026"}, {ID: "k2", Day: "12 November 2026"}},
			Sessions: []SessionRow{{ID: "s1", Name: "Office", Day: "23 November 2026", Here: true}, {ID: "s2", Day: "22 November 2026"}, {ID: "s3", Name: strings.Repeat("long", 15), Day: "22 November 2026"}}}
	}
	bare, codes, wrong := own(), own(), own()
	bare.Needs, bare.Passkeys, bare.App, bare.Left, bare.Sessions = true, nil, "", 0, []SessionRow{{ID: "s1", Day: "23 November 2026", Here: true}}
	codes.Left, codes.Codes = 10, []string{"abcd-efgh-2345-6789", "mnpq-rstu-2345-6789"}
	wrong.Left = 0
	for _, field := range []string{"password", "name"} {
		wrong.Problems[field] = "Something is wrong with the " + field
		wrong.Faults = append(wrong.Faults, Fault{Href: "#" + field, Message: wrong.Problems[field]})
	}
	app := &CodeAppPage{Base: desk("account", "Set up an app for codes"), Secret: "JBSW Y3DP EHPK 3PXP", URI: "otpauth://totp/Heard:p.okafor@fairmead.example.org?secret=JBSWY3DPEHPK3PXP&issuer=Heard", Sealed: "sealed"}
	wrongApp := *app
	wrongApp.Problems, wrongApp.Faults = map[string]string{"code": "Enter the code that the app shows now, six digits"}, []Fault{{Href: "#code", Message: "Enter the code that the app shows now, six digits"}}
	long := []Fault{{Href: "#name", Message: "Shorten the name to 60 characters"}}
	users := []models.User{{ID: "u1", Email: "me@fairmead.example.org", Role: models.RoleAdmin, PasswordHash: "x"}, {ID: "u2", Email: "p.okafor@fairmead.example.org", Role: models.RoleOfficer, PasswordHash: "x"}, {ID: "u3", Email: "d.shah@fairmead.example.org", Role: models.RoleAnalyst, PasswordHash: "x", Disabled: true}, {ID: "u4", Email: "e.vance@fairmead.example.org", Role: models.RoleAnalyst, PasswordHash: "x"}, {ID: "u5", Email: "k.lund@fairmead.example.org", Role: models.RoleAdmin, Disabled: true}}
	return []sample{
		{"account", own()}, {"account-bare", bare}, {"account-codes", codes}, {"account-wrong", wrong},
		{"code-app", app}, {"code-app-wrong", &wrongApp},
		{"passkey", &PasskeyPage{Base: desk("account", "Add a passkey"), Options: `{"publicKey":{}}`}},
		{"passkey-wrong", &PasskeyPage{Base: desk("account", ""), Options: `{"publicKey":{}}`, Name: "x", Faults: long, Problems: map[string]string{"name": "Shorten the name to 60 characters"}}},
		{"prove", &ProvePage{Base: desk("", "Show that it is you"), Next: "/staff/station-quarter/contacts", Options: `{"publicKey":{}}`, Code: true, SSO: "/staff/sso?next=%2Fstaff"}},
		{"prove-wrong", &ProvePage{Base: desk("", ""), Next: "/staff/station-quarter/report", Unsent: "c2VhbGVk", Fault: "The password is not right", SSO: "/staff/sso?next=%2Fstaff"}},
		{"go-on", &GoOnPage{Base: desk("", "Go on"), Next: "/staff/station-quarter/report", Posts: true, Fields: []FormField{{Name: "do", Value: "publish"}, {Name: "note", Value: "Two\nlines"}}}},
		{"go-on-file", &GoOnPage{Base: desk("", ""), Next: "/staff/station-quarter/search.csv?q=lamps"}}, {"go-on-file-again", &GoOnPage{Base: desk("", "Go on"), Next: "/staff/station-quarter/keying/b1/new", Posts: true, File: true, Fields: []FormField{{Name: "text-C6", Value: "Lamps"}}}}, {"go-on-sso", &GoOnPage{Base: base("Go on"), Next: "/staff", Refresh: true}},
		{"sign-in-unsent", &SignInPage{Base: base("Sign in"), Next: "/staff/station-quarter/sections/proposal", Unsent: "sealed"}},
		{"sign-in-unsent-sso", &SignInPage{Base: base("Sign in"), Next: "/staff/station-quarter/sections/proposal", Unsent: "sealed", SSO: "/staff/sso?next=%2Fstaff", Fault: "You are not signed in yet."}},
		{"sign-in-sso", &SignInPage{Base: base("Sign in"), Next: "/staff", SSO: "/staff/sso?next=%2Fstaff"}},
		{"users-waiting", &UsersPage{Base: desk("users", "People"), Roles: models.Roles, Users: users, Me: "u1", Waiting: map[string]*RecoveryRow{"u2": {By: "b.reyes@fairmead.example.org", Day: "22 November 2026", As: "officer of station-quarter"}, "u3": {By: "me@fairmead.example.org", Day: "22 November 2026", As: "analyst", Mine: true}, "u5": {By: "b.reyes@fairmead.example.org", Day: "22 November 2026", As: "admin"}}}},
	}
}
