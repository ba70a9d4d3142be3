-- +goose Up

-- Drafts of a language model that a person approved, as they were read then. They
-- go with their theme.
CREATE TABLE approved_drafts (
    theme        text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES themes (id) ON DELETE CASCADE,
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    sentences    text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10)
);
CREATE INDEX approved_drafts_consultation ON approved_drafts (consultation);
