-- +goose Up

-- What people write of the report: every version of each finding and of each
-- section, and the figures of a population from named sources.
CREATE TABLE findings (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    id           text COLLATE "C" NOT NULL CHECK (id <> ''),
    version      bigint NOT NULL CHECK (version > 0),
    written      text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (consultation, id, version)
);

CREATE TABLE sections (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    section      text COLLATE "C" NOT NULL CHECK (section <> ''),
    version      bigint NOT NULL CHECK (version > 0),
    written      text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (consultation, section, version)
);

CREATE TABLE population (
    id               text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation     text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version          bigint NOT NULL CHECK (version > 0),
    respondent_group text COLLATE "C" NOT NULL,
    label            text COLLATE "C" NOT NULL,
    figure           bigint NOT NULL,
    source           text COLLATE "C" NOT NULL,
    day              text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account          text COLLATE "C" NOT NULL,
    entered          text COLLATE "C" NOT NULL CHECK (length(entered) = 10)
);
CREATE INDEX population_consultation ON population (consultation);
