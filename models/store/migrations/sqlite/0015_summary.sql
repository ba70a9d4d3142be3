-- +goose Up

-- Drafts of a language model that a person approved, as they were read then. They
-- go with their theme.
CREATE TABLE approved_drafts (
    theme        text NOT NULL PRIMARY KEY REFERENCES themes (id) ON DELETE CASCADE,
    consultation text NOT NULL REFERENCES consultations (id),
    sentences    text NOT NULL,
    account      text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10)
) WITHOUT ROWID;
CREATE INDEX approved_drafts_consultation ON approved_drafts (consultation);
