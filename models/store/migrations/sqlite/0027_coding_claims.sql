-- +goose Up

-- Who is coding which answer just now, so that nobody else is given it.
CREATE TABLE coding_claims (
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text    NOT NULL,
    account    text    NOT NULL,
    until      integer NOT NULL, -- minutes since 1970
    PRIMARY KEY (submission, question)
) WITHOUT ROWID;
