-- +goose Up
-- Who asked to open a consultation's list of addresses, why, and which other officer
-- agreed.
CREATE TABLE contact_openings (
    consultation text NOT NULL PRIMARY KEY REFERENCES consultations (id),
    account      text NOT NULL,
    reason       text NOT NULL,
    day          text NOT NULL,
    agreed_by    text NOT NULL,
    agreed       text NOT NULL
);
