// Package consult is what the portal does: one Service, one method per act. It
// knows no HTTP and no database library; it is the one door for permission,
// transaction and audit.
//
// # The life of a submission
//
//	form      web/respond.go shows one question a page; the answers so far are
//	          kept as a Draft, sealed under a key that only the person's cookie
//	          holds. Nothing else is kept.
//	validate  Submit prunes what is no longer asked and checks the rest by the
//	          consultation's own rules: every fault at once, in plain words.
//	store     one transaction writes the submission, its answers, the leaf in
//	          the log, the audit entry and the jobs, and marks the draft as
//	          sent. All or none; the receipt is shown only after commit.
//	          Sending twice is one submission: the draft's key is the
//	          idempotency key.
//	receipt   twelve words, worked out from the draft's key, so that a retry
//	          shows the same ones. Only a keyed hash of them is stored.
//	redact    What could identify somebody is taken out of a copy of the words as
//	          soon as they come in, as far as a program is sure. People then
//	          decide, word by word; Redact makes the copy anew, and with it all
//	          that was made of the one before. The words themselves never change.
//	          Nothing is released or frozen before people have checked it, with
//	          its translations and what was read out of its files.
//	index     the job holds an id; IndexSubmission makes the search index equal
//	          to what the store now says, redacted text only. Safe to repeat.
//	read      An officer reads it as it is now, and summarises what is attached;
//	          NextToRead gives each another. What its author changes or adds is
//	          read again. Nothing is frozen while something is unread.
//	theme     RefreshThemes reads every answer in words and proposes themes.
//	          What people decided (names, merges, approvals) survives.
//	code      People change the code frame and decide on single answers. Their
//	          decisions are kept beside the engine's placements and go before
//	          them; places.standing is the one reading of both. What they teach,
//	          the next run applies to the other answers.
//	release   When the consultation closes, ReleaseNew decides what councillors may
//	          know beside the words: disclose.Release over everybody who may be
//	          quoted. A release does not change; what comes later is in a later one.
//	          Taking words back takes them out of it, and of the index's files.
//	erase     Before the freeze a submission goes whole (Withdraw, EraseByCode,
//	          DecideErasure); after it its words go, ErasedWords stands in their
//	          place, and every total stays: unsay takes them out of themes, letters,
//	          every version of the report and the packs. While something in law holds
//	          what there is, a sealed copy stays until DeleteDue lets it go. DeleteDue
//	          also deletes everybody's original words on their day.
//	report    DraftReport gives everything to report.Build, which accounts for
//	          every submission and lets no count past the disclosure gate.
//	          PublishReport keeps the result; it never changes again.
package consult
