-- +goose Up

-- Times of day are kept nowhere near respondents: days are text YYYY-MM-DD,
-- expiries whole minutes since 1970. Only jobs, which are gone once done, are
-- scheduled to the millisecond. Text sorts by bytes, whatever the
-- database's locale, so that both databases give the same order.

CREATE TABLE consultations (
    id      text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    status  text COLLATE "C" NOT NULL,
    closed  text COLLATE "C" NOT NULL DEFAULT '' -- day it was closed, when that was before its time
);

CREATE TABLE consultation_versions (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version      bigint NOT NULL,
    source       bytea NOT NULL,
    PRIMARY KEY (consultation, version)
);

CREATE TABLE submissions (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    public_id    text COLLATE "C" NOT NULL CHECK (public_id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    form_version bigint NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    channel      text COLLATE "C" NOT NULL,
    language     text COLLATE "C" NOT NULL,
    path         text COLLATE "C" NOT NULL,
    groups       text COLLATE "C" NOT NULL,
    consents     text COLLATE "C" NOT NULL,
    stance       text COLLATE "C" NOT NULL,
    status       text COLLATE "C" NOT NULL,
    source       text COLLATE "C" NOT NULL,
    receipt      bytea UNIQUE,
    nonce        bytea UNIQUE
);
CREATE UNIQUE INDEX submissions_public_id ON submissions (consultation, public_id);
CREATE UNIQUE INDEX submissions_source ON submissions (consultation, source) WHERE source <> '';
CREATE INDEX submissions_status ON submissions (consultation, status, id);

CREATE TABLE answers (
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text COLLATE "C" NOT NULL,
    position   bigint NOT NULL,
    options    text COLLATE "C" NOT NULL,
    text       text COLLATE "C" NOT NULL,
    redacted   text COLLATE "C" NOT NULL,
    PRIMARY KEY (submission, question)
);

-- What is known of the files that came with a submission; the files themselves
-- are in the evidence store, under the same key.
CREATE TABLE attachments (
    key        text   NOT NULL PRIMARY KEY CHECK (key <> ''),
    submission text   NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    kind       text   NOT NULL,
    size       bigint  NOT NULL,
    sha256     text   NOT NULL,
    text       text   NOT NULL
);
CREATE INDEX attachments_submission ON attachments (submission);

-- A leaf outlives its submission, so that the log stays whole.
CREATE TABLE leaves (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    position     bigint NOT NULL,
    submission   text COLLATE "C" NOT NULL UNIQUE,
    leaf         bytea NOT NULL,
    salt         bytea NOT NULL,
    PRIMARY KEY (consultation, position)
);

CREATE TABLE theme_runs (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    seed         bigint NOT NULL,
    documents    bigint NOT NULL
);

CREATE TABLE themes (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    consultation    text COLLATE "C" NOT NULL REFERENCES consultations (id),
    position        bigint NOT NULL,
    label           text COLLATE "C" NOT NULL,
    machine_label   text COLLATE "C" NOT NULL,
    renamed         boolean NOT NULL,
    keywords        text COLLATE "C" NOT NULL,
    distinctive_for text COLLATE "C" NOT NULL,
    status          text COLLATE "C" NOT NULL,
    merged_into     text COLLATE "C" NOT NULL,
    version         bigint NOT NULL
);
CREATE INDEX themes_consultation ON themes (consultation, position);

CREATE TABLE placements (
    theme      text COLLATE "C" NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text COLLATE "C" NOT NULL,
    score      double precision NOT NULL,
    PRIMARY KEY (theme, submission, question)
);
CREATE INDEX placements_submission ON placements (submission);

CREATE TABLE quotes (
    consultation     text COLLATE "C" NOT NULL REFERENCES consultations (id),
    position         bigint NOT NULL,
    theme            text COLLATE "C" NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    submission       text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question         text COLLATE "C" NOT NULL,
    respondent_group text COLLATE "C" NOT NULL,
    starts           bigint NOT NULL,
    ends             bigint NOT NULL,
    sha256           text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, position)
);
CREATE INDEX quotes_theme ON quotes (theme);
CREATE INDEX quotes_submission ON quotes (submission);

CREATE TABLE campaigns (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    id           text COLLATE "C" NOT NULL,
    position     bigint NOT NULL,
    template     text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, id)
);

CREATE TABLE campaign_members (
    consultation text COLLATE "C" NOT NULL,
    campaign     text COLLATE "C" NOT NULL,
    position     bigint NOT NULL,
    submission   text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    PRIMARY KEY (consultation, campaign, position),
    FOREIGN KEY (consultation, campaign) REFERENCES campaigns (consultation, id) ON DELETE CASCADE
);
CREATE INDEX campaign_members_submission ON campaign_members (submission);

CREATE TABLE jobs (
    id           bigint NOT NULL PRIMARY KEY,
    kind         text COLLATE "C" NOT NULL,
    object       text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    attempts     bigint NOT NULL,
    run_at       bigint NOT NULL,
    leased_until bigint NOT NULL,
    again        boolean NOT NULL,
    last_error   text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX jobs_pending ON jobs (kind, object) WHERE state = 'pending';
CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE TABLE users (
    id            text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    email         text COLLATE "C" NOT NULL UNIQUE,
    role          text COLLATE "C" NOT NULL,
    password_hash text COLLATE "C" NOT NULL,
    invite_hash   bytea UNIQUE,
    disabled      boolean NOT NULL
);

CREATE TABLE sessions (
    token   text COLLATE "C" NOT NULL PRIMARY KEY,
    data    bytea NOT NULL,
    expires bigint NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE drafts (
    id      bytea NOT NULL PRIMARY KEY,
    sealed  bytea NOT NULL,
    expires bigint NOT NULL
);

-- Evidence files of drafts, so that those of a draft that died can be removed
-- too. Nothing here leads to the draft.
CREATE TABLE draft_files (
    key     text COLLATE "C" NOT NULL PRIMARY KEY CHECK (key <> ''),
    expires bigint NOT NULL
);
CREATE INDEX drafts_expires ON drafts (expires);

-- Counters, not rows about people: which answers one person gave together is
-- never known.
CREATE TABLE equality (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    question     text COLLATE "C" NOT NULL,
    answer       text COLLATE "C" NOT NULL,
    people       bigint NOT NULL,
    PRIMARY KEY (consultation, question, answer)
);

CREATE TABLE audit (
    sequence     bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    day          text COLLATE "C" NOT NULL,
    time         text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    action       text COLLATE "C" NOT NULL,
    object       text COLLATE "C" NOT NULL,
    consultation text COLLATE "C" NOT NULL,
    reason       text COLLATE "C" NOT NULL
);
CREATE INDEX audit_consultation ON audit (consultation, sequence);

CREATE TABLE reports (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version      bigint NOT NULL,
    data         bytea NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, version)
);
