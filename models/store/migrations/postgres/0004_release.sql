-- +goose Up

-- Editions of what councillors may search. A later one adds people and changes
-- nothing about those of an earlier one.
CREATE TABLE releases (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    number       bigint NOT NULL CHECK (number > 0),
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, number)
);

-- Whose words are in which edition, with the labels that may be shown beside
-- them: never more than the submission's own, and mostly fewer.
CREATE TABLE released (
    submission   text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    consultation text COLLATE "C" NOT NULL,
    number       bigint NOT NULL,
    labels       text COLLATE "C" NOT NULL, -- values by attribute, as JSON
    FOREIGN KEY (consultation, number) REFERENCES releases (consultation, number)
);
CREATE INDEX released_consultation ON released (consultation, number);
