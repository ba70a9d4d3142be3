-- +goose Up
-- What respondents did is in the record of acts from the day after, in no order:
-- between acts of staff, which carry the time, its place would tell when. Until
-- then it is here, with nothing that tells which came first.
CREATE TABLE audit_pending (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    day          text COLLATE "C" NOT NULL,
    action       text NOT NULL,
    object       text NOT NULL,
    consultation text NOT NULL,
    reason       text NOT NULL
);
