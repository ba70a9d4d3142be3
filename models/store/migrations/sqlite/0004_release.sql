-- +goose Up

-- Editions of what councillors may search. A later one adds people and changes
-- nothing about those of an earlier one.
CREATE TABLE releases (
    consultation text    NOT NULL REFERENCES consultations (id),
    number       integer NOT NULL CHECK (number > 0),
    day          text    NOT NULL CHECK (length(day) = 10),
    account      text    NOT NULL,
    PRIMARY KEY (consultation, number)
) WITHOUT ROWID;

-- Whose words are in which edition, with the labels that may be shown beside
-- them: never more than the submission's own, and mostly fewer.
CREATE TABLE released (
    submission   text    NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    consultation text    NOT NULL,
    number       integer NOT NULL,
    labels       text    NOT NULL, -- values by attribute, as JSON
    FOREIGN KEY (consultation, number) REFERENCES releases (consultation, number)
) WITHOUT ROWID;
CREATE INDEX released_consultation ON released (consultation, number);
