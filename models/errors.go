// Package models holds the nouns of a public consultation and the rules that
// make them valid. It imports nothing else of this module, knows no database
// and no HTTP, and is the one vocabulary every other package speaks.
package models

import (
	"errors"
	"strings"
)

// Kind says what sort of failure an Error is, so that the edge (HTTP status,
// exit code) can be chosen in one place.
type Kind int

// The kinds of failure. Anything that is not an *Error is KindInternal: its
// text is for operators and is never shown to the person.
const (
	KindInternal    Kind = iota
	KindInvalid          // what was sent does not follow the rules; Fields says where
	KindNotFound         // no such thing, or not for this person
	KindSignedOut        // a sign-in is needed
	KindForbidden        // signed in, but the role does not allow it
	KindConflict         // somebody else changed it first, or it already exists
	KindClosed           // the consultation is not in the state this needs
	KindTooLarge         // more than we accept
	KindUnavailable      // a part we need is away; trying later will work
	KindStale            // signed in, but too long ago to do this without showing again who it is
	KindBusy             // too much is asked for at once; trying later will work
)

// FieldError is one fault in one field, worded for the person who typed it.
type FieldError struct {
	Field   string // question id or form field name; for files a path such as questions[3].id
	Message string
	Code    string         // names the wording in the catalogues; "" where there is English only
	Values  map[string]any // what the wording mentions, by name
}

// Error is a failure that a person may be told about. Message is a full
// sentence in plain words and never contains what somebody answered.
type Error struct {
	Kind    Kind
	Message string
	Code    string // names the wording in the catalogues; "" where there is English only
	Fields  []FieldError
	Err     error // the cause, for operators; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		b.WriteString("\n  ")
		b.WriteString(f.Field)
		b.WriteString(": ")
		b.WriteString(f.Message)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// NewError returns an Error of the given kind.
func NewError(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// KindOf returns the kind of the first *Error in err's chain, KindInternal
// when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// FieldsOf returns the field errors carried by err, if any.
func FieldsOf(err error) []FieldError {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
