package models

import (
	"net/mail"
	"slices"
	"strings"
)

// Role is what somebody on the council's side may do.
type Role string

// The roles. Administrators run the portal and never read testimony.
const (
	RoleAdmin      Role = "admin"
	RoleOfficer    Role = "officer"
	RoleAnalyst    Role = "analyst"
	RoleCouncillor Role = "councillor"
	RoleAuditor    Role = "auditor"
)

// Roles lists every role.
var Roles = []Role{RoleAdmin, RoleOfficer, RoleAnalyst, RoleCouncillor, RoleAuditor}

// User is a member of staff or a councillor.
type User struct {
	ID           string
	Email        string // lower-case
	Role         Role
	PasswordHash string // argon2id, "" until the person has chosen a password
	InviteHash   []byte // SHA-256 of a one-time link's token; nil when there is none
	Disabled     bool
}

// Validate checks the address and the role.
func (u *User) Validate() error {
	v := &validation{}
	a, err := mail.ParseAddress(u.Email)
	v.check(err == nil && a.Address == u.Email && u.Email == strings.ToLower(u.Email), "email", "Enter an email address, like name@example.org")
	v.check(slices.Contains(Roles, u.Role), "role", "Choose admin, officer, analyst, councillor or auditor")
	return v.err("The account cannot be saved.")
}

// MinPasswordLength is the fewest code points a staff password may have.
const MinPasswordLength = 12

// AuditEvent is one entry of the record of what was done. It never holds what
// somebody answered.
type AuditEvent struct {
	Sequence     int64
	Day          string // YYYY-MM-DD
	Time         string // HH:MM for acts of staff, "" for acts of respondents
	Actor        string // user id, "respondent" or "portal"
	Action       string // such as submission.received
	Object       string // id of what it was done to
	Consultation string
	Reason       string
}

// Actors that are not users.
const (
	ActorRespondent = "respondent"
	ActorPortal     = "portal"
)
