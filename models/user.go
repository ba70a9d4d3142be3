package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
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
	Invited      string // YYYY-MM-DD on which that link was made, "" when there is none
	Disabled     bool
	Only         []string // ids of the consultations they see; none for every one
}

// Validate checks the address, the role and what it may be kept to.
func (u *User) Validate() error {
	v := &validation{}
	a, err := mail.ParseAddress(u.Email)
	v.check(err == nil && a.Address == u.Email && u.Email == strings.ToLower(u.Email), "email", "Enter an email address, like name@example.org")
	v.check(slices.Contains(Roles, u.Role), "role", "Choose admin, officer, analyst, councillor or auditor")
	v.check(len(u.Only) == 0 || u.Role != RoleAdmin && u.Role != RoleAuditor, "only", "Tick none: administrators and auditors see every consultation")
	return v.err("The account cannot be saved.")
}

// May says for the record what an account may do, and where: its role, and the
// consultations that it is kept to.
func (u User) May() string {
	if len(u.Only) == 0 {
		return string(u.Role)
	}
	return string(u.Role) + " of " + strings.Join(u.Only, ", ")
}

// MinPasswordLength is the fewest code points a staff password may have.
const MinPasswordLength = 12

// AuditEvent is one entry of the record of what was done. It never holds what
// somebody answered.
type AuditEvent struct {
	Sequence     int64
	Day          string // YYYY-MM-DD
	Time         string // HH:MM for acts of staff, "" for those of respondents and of the portal
	Actor        string // user id, "respondent" or "portal"
	Action       string // such as submission.received
	Object       string // id of what it was done to
	Consultation string
	Reason       string
	Undone       bool   // it was begun and taken back: nothing of it stays but this
	Hash         string // see Chained; "" for acts from before there was a chain
}

// AuditQuery asks for a part of the record of acts. The zero value is all of it.
type AuditQuery struct {
	Consultation string // acts on this one alone
	About        string // acts of this actor, and those done to the object with this id
	Before       int64  // acts that came before the one with this number
	Limit        int    // at most so many, the newest of them
}

// Chained returns the hash of the event as it follows one with the hash
// before: SHA-256, hex, over that hash and every field of the event but its
// own, each with its length in front, so that none can be moved into another.
func (e AuditEvent) Chained(before string) string {
	var all []byte
	for _, field := range []string{before, strconv.FormatInt(e.Sequence, 10), e.Day, e.Time, e.Actor, e.Action, e.Object, e.Consultation, e.Reason, strconv.FormatBool(e.Undone)} {
		all = strconv.AppendInt(all, int64(len(field)), 10)
		all = append(append(all, ':'), field...)
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:])
}

// VerifyAudit checks the whole record, oldest first, against the hash of its
// last event. The error, a Conflict, says at which event the chain breaks.
func VerifyAudit(events []AuditEvent, head string) error {
	before := ""
	for _, e := range events {
		if e.Hash == "" && before == "" {
			continue // from before there was a chain
		}
		if e.Hash != e.Chained(before) {
			return NewError(KindConflict, fmt.Sprintf("The record of acts is broken at number %d: it, or the one before it, was changed or taken out.", e.Sequence))
		}
		before = e.Hash
	}
	if before != head {
		return NewError(KindConflict, "The record of acts is broken at its end: its last acts were taken out.")
	}
	return nil
}

// Actors that are not users.
const (
	ActorRespondent = "respondent"
	ActorPortal     = "portal"
)
