-- +goose Up

-- Passkeys, by the id their device gave them. The key itself is sealed, so that
-- whoever can write into the database cannot put one of their own there.
CREATE TABLE passkeys (
    id      text NOT NULL PRIMARY KEY,
    account text NOT NULL REFERENCES users (id),
    name    text NOT NULL,
    day     text NOT NULL CHECK (length(day) = 10),
    sealed  blob NOT NULL
) WITHOUT ROWID;
CREATE INDEX passkeys_account ON passkeys (account);

-- The app that makes codes (RFC 6238): its secret, sealed, and the last step of
-- 30 seconds whose code was used, so that none is used twice.
CREATE TABLE code_apps (
    account text   NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed  blob   NOT NULL,
    step    bigint NOT NULL,
    day     text   NOT NULL CHECK (length(day) = 10)
) WITHOUT ROWID;

CREATE TABLE recovery_codes (
    account text NOT NULL REFERENCES users (id),
    hash    blob NOT NULL,
    PRIMARY KEY (account, hash)
) WITHOUT ROWID;

-- How often somebody was wrong of late, by a keyed hash of the address that was
-- typed, whether or not it is an account's; and until when, in seconds since
-- 1970, the next try waits.
CREATE TABLE sign_in_attempts (
    hash     blob    NOT NULL PRIMARY KEY,
    failures integer NOT NULL,
    until    bigint  NOT NULL
) WITHOUT ROWID;

-- Who is signed in. All ends are whole minutes since 1970.
CREATE TABLE staff_sessions (
    id      text   NOT NULL PRIMARY KEY,
    account text   NOT NULL REFERENCES users (id),
    day     text   NOT NULL CHECK (length(day) = 10),
    name    text   NOT NULL,
    idle    bigint NOT NULL,
    ends    bigint NOT NULL,
    proved  bigint NOT NULL
) WITHOUT ROWID;
CREATE INDEX staff_sessions_account ON staff_sessions (account);

-- Accounts that one administrator asked to let in anew, until another confirms.
CREATE TABLE recoveries (
    account  text NOT NULL PRIMARY KEY REFERENCES users (id),
    asked_by text NOT NULL REFERENCES users (id),
    day      text NOT NULL CHECK (length(day) = 10)
) WITHOUT ROWID;

-- Which account somebody of the organisation's own sign-in is.
CREATE TABLE sso_subjects (
    issuer  text NOT NULL,
    subject text NOT NULL,
    account text NOT NULL REFERENCES users (id),
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, account)
) WITHOUT ROWID;
