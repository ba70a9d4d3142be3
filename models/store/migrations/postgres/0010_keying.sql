-- +goose Up

-- Responses that officers key: bundles of them, what is known of each form
-- beside its submission, and every version of what was keyed. The number of a
-- form is that on the paper and tells nothing of when somebody answered.
CREATE TABLE keying_batches (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    number       bigint NOT NULL,
    channel      text COLLATE "C" NOT NULL,
    received     text COLLATE "C" NOT NULL CHECK (length(received) = 10),
    posted       text COLLATE "C" NOT NULL,
    expected     bigint NOT NULL,
    form         bigint NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    finished     text COLLATE "C" NOT NULL,
    UNIQUE (consultation, number)
);

CREATE TABLE keyed_forms (
    submission text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    batch      text COLLATE "C" NOT NULL REFERENCES keying_batches (id),
    number     bigint NOT NULL,
    form       bigint NOT NULL,
    letter     text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    version    bigint NOT NULL,
    sampled    boolean NOT NULL,
    checker    text COLLATE "C" NOT NULL,
    checked    text COLLATE "C" NOT NULL,
    fields     bigint NOT NULL,
    differ     bigint NOT NULL,
    settled    text COLLATE "C" NOT NULL,
    UNIQUE (batch, number)
);

CREATE TABLE keyed_versions (
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    version    bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    reason     text COLLATE "C" NOT NULL,
    answers    text COLLATE "C" NOT NULL,
    PRIMARY KEY (submission, version)
);

-- Which column of another tool's export is what.
CREATE TABLE import_mappings (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    name         text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    columns      text COLLATE "C" NOT NULL,
    UNIQUE (consultation, name)
);
