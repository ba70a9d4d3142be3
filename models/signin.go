package models

import "time"

// Passkey is a key in a device of an account's holder (WebAuthn).
type Passkey struct {
	ID      string // base64url of the id the device gave it
	Account string
	Name    string // the holder's, "" for none
	Day     string // YYYY-MM-DD on which it was added
	Sealed  []byte // the public key and what else checks an answer
}

// CodeApp is an app that makes codes for an account (RFC 6238).
type CodeApp struct {
	Account string
	Sealed  []byte // its secret
	Step    int64  // of 30 seconds since 1970, the last whose code was used
	Day     string // YYYY-MM-DD on which it was set up
}

// StaffSession is somebody signed in. Ends are kept to the minute, a part of
// which they may come early.
type StaffSession struct {
	ID      string
	Account string
	Day     string    // YYYY-MM-DD
	Name    string    // the holder's, "" for none
	Idle    time.Time // when it ends if nothing is done
	Ends    time.Time // when it ends whatever is done
	Proved  time.Time // until when the holder counts as having just shown who they are
}

// Recovery is a request of one administrator to let the holder of an account
// in anew, or for the first time; another confirms it.
type Recovery struct {
	Account string
	AskedBy string
	Day     string   // YYYY-MM-DD
	Role    Role     // of the account once it is confirmed
	Only    []string // ids of the consultations that it sees then; none for every one
}

// May says what the account may do once the request is confirmed, as User.May.
func (r Recovery) May() string { return User{Role: r.Role, Only: r.Only}.May() }

// MaxDeviceName is the longest name of a passkey or a session, in code points.
const MaxDeviceName = 60

// NeedsSecondFactor reports whether a role reads or changes so much that a
// password alone does not open it.
func (r Role) NeedsSecondFactor() bool {
	return r == RoleAdmin || r == RoleOfficer || r == RoleAuditor
}
