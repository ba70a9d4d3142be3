-- +goose Up

-- Times of day are kept nowhere near respondents: days are text YYYY-MM-DD,
-- expiries whole minutes since 1970. Only jobs, which are gone once done, are
-- scheduled to the millisecond. Tables about respondents have no rowid, because
-- its order would tell who answered when.

CREATE TABLE consultations (
    id      text    NOT NULL PRIMARY KEY,
    version integer NOT NULL,
    status  text    NOT NULL,
    closed  text    NOT NULL DEFAULT '' -- day it was closed, when that was before its time
);

CREATE TABLE consultation_versions (
    consultation text    NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    source       blob    NOT NULL,
    PRIMARY KEY (consultation, version)
);

CREATE TABLE submissions (
    id           text    NOT NULL PRIMARY KEY CHECK (id <> ''),
    public_id    text    NOT NULL CHECK (public_id <> ''),
    consultation text    NOT NULL REFERENCES consultations (id),
    form_version integer NOT NULL,
    day          text    NOT NULL CHECK (length(day) = 10),
    channel      text    NOT NULL,
    language     text    NOT NULL,
    path         text    NOT NULL,
    groups       text    NOT NULL,
    consents     text    NOT NULL,
    stance       text    NOT NULL,
    status       text    NOT NULL,
    source       text    NOT NULL,
    receipt      blob    UNIQUE,
    nonce        blob    UNIQUE
) WITHOUT ROWID;
CREATE UNIQUE INDEX submissions_public_id ON submissions (consultation, public_id);
CREATE UNIQUE INDEX submissions_source ON submissions (consultation, source) WHERE source <> '';
CREATE INDEX submissions_status ON submissions (consultation, status, id);

CREATE TABLE answers (
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text    NOT NULL,
    position   integer NOT NULL,
    options    text    NOT NULL,
    text       text    NOT NULL,
    redacted   text    NOT NULL,
    PRIMARY KEY (submission, question)
) WITHOUT ROWID;

-- What is known of the files that came with a submission; the files themselves
-- are in the evidence store, under the same key.
CREATE TABLE attachments (
    key        text   NOT NULL PRIMARY KEY CHECK (key <> ''),
    submission text   NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    kind       text   NOT NULL,
    size       integer NOT NULL,
    sha256     text   NOT NULL,
    text       text   NOT NULL
) WITHOUT ROWID;
CREATE INDEX attachments_submission ON attachments (submission);

-- A leaf outlives its submission, so that the log stays whole.
CREATE TABLE leaves (
    consultation text    NOT NULL REFERENCES consultations (id),
    position     integer NOT NULL,
    submission   text    NOT NULL UNIQUE,
    leaf         blob    NOT NULL,
    salt         blob    NOT NULL,
    PRIMARY KEY (consultation, position)
) WITHOUT ROWID;

CREATE TABLE theme_runs (
    consultation text    NOT NULL PRIMARY KEY REFERENCES consultations (id),
    seed         integer NOT NULL,
    documents    integer NOT NULL
);

CREATE TABLE themes (
    id              text    NOT NULL PRIMARY KEY,
    consultation    text    NOT NULL REFERENCES consultations (id),
    position        integer NOT NULL,
    label           text    NOT NULL,
    machine_label   text    NOT NULL,
    renamed         boolean NOT NULL,
    keywords        text    NOT NULL,
    distinctive_for text    NOT NULL,
    status          text    NOT NULL,
    merged_into     text    NOT NULL,
    version         integer NOT NULL
);
CREATE INDEX themes_consultation ON themes (consultation, position);

CREATE TABLE placements (
    theme      text NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    submission text NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text NOT NULL,
    score      real NOT NULL,
    PRIMARY KEY (theme, submission, question)
) WITHOUT ROWID;
CREATE INDEX placements_submission ON placements (submission);

CREATE TABLE quotes (
    consultation     text    NOT NULL REFERENCES consultations (id),
    position         integer NOT NULL,
    theme            text    NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    submission       text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question         text    NOT NULL,
    respondent_group text    NOT NULL,
    starts           integer NOT NULL,
    ends             integer NOT NULL,
    sha256           text    NOT NULL,
    PRIMARY KEY (consultation, position)
) WITHOUT ROWID;
CREATE INDEX quotes_theme ON quotes (theme);
CREATE INDEX quotes_submission ON quotes (submission);

CREATE TABLE campaigns (
    consultation text    NOT NULL REFERENCES consultations (id),
    id           text    NOT NULL,
    position     integer NOT NULL,
    template     text    NOT NULL,
    PRIMARY KEY (consultation, id)
) WITHOUT ROWID;

CREATE TABLE campaign_members (
    consultation text    NOT NULL,
    campaign     text    NOT NULL,
    position     integer NOT NULL,
    submission   text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    PRIMARY KEY (consultation, campaign, position),
    FOREIGN KEY (consultation, campaign) REFERENCES campaigns (consultation, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX campaign_members_submission ON campaign_members (submission);

CREATE TABLE jobs (
    id           integer NOT NULL PRIMARY KEY,
    kind         text    NOT NULL,
    object       text    NOT NULL,
    state        text    NOT NULL,
    attempts     integer NOT NULL,
    run_at       integer NOT NULL,
    leased_until integer NOT NULL,
    again        boolean NOT NULL,
    last_error   text    NOT NULL
);
CREATE UNIQUE INDEX jobs_pending ON jobs (kind, object) WHERE state = 'pending';
CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE TABLE users (
    id            text    NOT NULL PRIMARY KEY CHECK (id <> ''),
    email         text    NOT NULL UNIQUE,
    role          text    NOT NULL,
    password_hash text    NOT NULL,
    invite_hash   blob    UNIQUE,
    disabled      boolean NOT NULL
);

CREATE TABLE sessions (
    token   text    NOT NULL PRIMARY KEY,
    data    blob    NOT NULL,
    expires integer NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE drafts (
    id      blob    NOT NULL PRIMARY KEY,
    sealed  blob    NOT NULL,
    expires integer NOT NULL
) WITHOUT ROWID;

-- Evidence files of drafts, so that those of a draft that died can be removed
-- too. Nothing here leads to the draft.
CREATE TABLE draft_files (
    key     text    NOT NULL PRIMARY KEY CHECK (key <> ''),
    expires integer NOT NULL
) WITHOUT ROWID;
CREATE INDEX drafts_expires ON drafts (expires);

-- Counters, not rows about people: which answers one person gave together is
-- never known.
CREATE TABLE equality (
    consultation text    NOT NULL REFERENCES consultations (id),
    question     text    NOT NULL,
    answer       text    NOT NULL,
    people       integer NOT NULL,
    PRIMARY KEY (consultation, question, answer)
) WITHOUT ROWID;

CREATE TABLE audit (
    sequence     integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    day          text    NOT NULL,
    time         text    NOT NULL,
    actor        text    NOT NULL,
    action       text    NOT NULL,
    object       text    NOT NULL,
    consultation text    NOT NULL,
    reason       text    NOT NULL
);
CREATE INDEX audit_consultation ON audit (consultation, sequence);

CREATE TABLE reports (
    consultation text    NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    data         blob    NOT NULL,
    hash         text    NOT NULL,
    PRIMARY KEY (consultation, version)
);
