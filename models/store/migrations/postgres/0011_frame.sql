-- +goose Up

-- The code frame as people had made it after each change. Names that the engine
-- gave are not kept here: they can be somebody's words, who may take them back.
CREATE TABLE frame_versions (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    number       integer NOT NULL CHECK (number > 0),
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    themes       text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, number)
);

-- Under which version an answer was coded, 0 for before there were any; and
-- whether that settled what people who coded it blind saw differently.
ALTER TABLE coded_answers ADD COLUMN frame integer NOT NULL DEFAULT 0;
ALTER TABLE coded_answers ADD COLUMN settles boolean NOT NULL DEFAULT false;
