-- +goose Up

-- Responses that officers key: bundles of them, what is known of each form
-- beside its submission, and every version of what was keyed. The number of a
-- form is that on the paper and tells nothing of when somebody answered.
CREATE TABLE keying_batches (
    id           text    NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text    NOT NULL REFERENCES consultations (id),
    number       integer NOT NULL,
    channel      text    NOT NULL,
    received     text    NOT NULL CHECK (length(received) = 10),
    posted       text    NOT NULL,
    expected     integer NOT NULL,
    form         integer NOT NULL,
    account      text    NOT NULL,
    day          text    NOT NULL CHECK (length(day) = 10),
    finished     text    NOT NULL,
    UNIQUE (consultation, number)
) WITHOUT ROWID;

CREATE TABLE keyed_forms (
    submission text    NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    batch      text    NOT NULL REFERENCES keying_batches (id),
    number     integer NOT NULL,
    form       integer NOT NULL,
    letter     text    NOT NULL,
    account    text    NOT NULL,
    day        text    NOT NULL CHECK (length(day) = 10),
    version    integer NOT NULL,
    sampled    boolean NOT NULL,
    checker    text    NOT NULL,
    checked    text    NOT NULL,
    fields     integer NOT NULL,
    differ     integer NOT NULL,
    settled    text    NOT NULL,
    UNIQUE (batch, number)
) WITHOUT ROWID;

CREATE TABLE keyed_versions (
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    version    integer NOT NULL,
    kind       text    NOT NULL,
    account    text    NOT NULL,
    day        text    NOT NULL CHECK (length(day) = 10),
    reason     text    NOT NULL,
    answers    text    NOT NULL,
    PRIMARY KEY (submission, version)
) WITHOUT ROWID;

-- Which column of another tool's export is what.
CREATE TABLE import_mappings (
    id           text NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text NOT NULL REFERENCES consultations (id),
    name         text NOT NULL,
    account      text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    columns      text NOT NULL,
    UNIQUE (consultation, name)
) WITHOUT ROWID;
