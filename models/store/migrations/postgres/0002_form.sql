-- +goose Up

ALTER TABLE consultations ADD COLUMN paused boolean NOT NULL DEFAULT false;

-- Why a person should look at a submission, and whether one has, as a list.
ALTER TABLE submissions ADD COLUMN attention text COLLATE "C" NOT NULL DEFAULT '[]';

ALTER TABLE answers ADD COLUMN language text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN translation text COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE attachments ADD COLUMN position bigint NOT NULL DEFAULT 0;

-- The file as it was sent, sealed, in the evidence store; '' where none is kept.
ALTER TABLE attachments ADD COLUMN original text COLLATE "C" NOT NULL DEFAULT '';

-- Who wants to be told the outcome. Nothing here leads to a submission: the id
-- is a keyed hash of the address, the address is sealed, and there is no day.
CREATE TABLE contacts (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    id           bytea NOT NULL,
    sealed       bytea NOT NULL,
    PRIMARY KEY (consultation, id)
);

-- What officers and the person behind a receipt code write to each other.
CREATE TABLE messages (
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    position   bigint NOT NULL,
    officer    boolean NOT NULL,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    text       text COLLATE "C" NOT NULL,
    PRIMARY KEY (submission, position)
);
