-- +goose Up

-- What people write of the report: every version of each finding and of each
-- section, and the figures of a population from named sources.
CREATE TABLE findings (
    consultation text    NOT NULL REFERENCES consultations (id),
    id           text    NOT NULL CHECK (id <> ''),
    version      integer NOT NULL CHECK (version > 0),
    written      text    NOT NULL,
    account      text    NOT NULL,
    day          text    NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (consultation, id, version)
) WITHOUT ROWID;

CREATE TABLE sections (
    consultation text    NOT NULL REFERENCES consultations (id),
    section      text    NOT NULL CHECK (section <> ''),
    version      integer NOT NULL CHECK (version > 0),
    written      text    NOT NULL,
    account      text    NOT NULL,
    day          text    NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (consultation, section, version)
) WITHOUT ROWID;

CREATE TABLE population (
    id               text    NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation     text    NOT NULL REFERENCES consultations (id),
    version          integer NOT NULL CHECK (version > 0),
    respondent_group text    NOT NULL,
    label            text    NOT NULL,
    figure           integer NOT NULL,
    source           text    NOT NULL,
    day              text    NOT NULL CHECK (length(day) = 10),
    account          text    NOT NULL,
    entered          text    NOT NULL CHECK (length(entered) = 10)
) WITHOUT ROWID;
CREATE INDEX population_consultation ON population (consultation);
