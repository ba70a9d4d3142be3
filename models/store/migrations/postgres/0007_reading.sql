-- +goose Up

-- Rises when what a submission says is changed where it stands, so that it is
-- read again; 0 as it was sent.
ALTER TABLE submissions ADD COLUMN revision integer NOT NULL DEFAULT 0;
CREATE INDEX submissions_day ON submissions (consultation, status, day, id);

-- Whoever opened a page was taken to have read it until now, and nobody had said
-- so. From here on a person says it, of the revision that they read.
DELETE FROM readings;
ALTER TABLE readings ADD COLUMN revision integer NOT NULL DEFAULT 0;

-- Who is reading which submission just now, so that nobody else is given it.
CREATE TABLE reading_claims (
    submission text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    account    text COLLATE "C" NOT NULL,
    until      bigint NOT NULL -- minutes since 1970
);
CREATE INDEX reading_claims_account ON reading_claims (account);

-- What the readers of an attachment wrote about it; the highest version stands.
CREATE TABLE summaries (
    attachment text COLLATE "C" NOT NULL, -- its key, which stays when its author corrects the submission
    version    integer NOT NULL CHECK (version > 0),
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    account    text COLLATE "C" NOT NULL,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    text       text COLLATE "C" NOT NULL,
    PRIMARY KEY (attachment, version)
);
CREATE INDEX summaries_submission ON summaries (submission);

-- Submissions that somebody marked as rich in evidence.
CREATE TABLE evidence_rich (
    submission text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    account    text COLLATE "C" NOT NULL,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10)
);
