-- +goose Up

-- Who is coding which answer just now, so that nobody else is given it.
CREATE TABLE coding_claims (
    submission text   COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text   COLLATE "C" NOT NULL,
    account    text   COLLATE "C" NOT NULL,
    until      bigint NOT NULL, -- minutes since 1970
    PRIMARY KEY (submission, question)
);
