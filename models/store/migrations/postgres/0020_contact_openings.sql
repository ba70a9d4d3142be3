-- +goose Up
-- Who asked to open a consultation's list of addresses, why, and which other officer
-- agreed.
CREATE TABLE contact_openings (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    account      text COLLATE "C" NOT NULL,
    reason       text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL,
    agreed_by    text COLLATE "C" NOT NULL,
    agreed       text COLLATE "C" NOT NULL
);
