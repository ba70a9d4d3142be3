-- +goose Up

-- What people decided on words of answers that could identify somebody. Offsets
-- count bytes of answers.text; sha256 is that text's, so that a decision on other
-- text is void. What the computer suggests is worked out anew and not kept.
CREATE TABLE redactions (
    submission  text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question    text COLLATE "C" NOT NULL,
    of_starts   integer NOT NULL,
    of_ends     integer NOT NULL,
    starts      integer NOT NULL,
    ends        integer NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    replacement text COLLATE "C" NOT NULL,
    state       text COLLATE "C" NOT NULL CHECK (state IN ('accepted', 'changed', 'refused', 'added')),
    reason      text COLLATE "C" NOT NULL,
    note        text COLLATE "C" NOT NULL,
    sha256      text COLLATE "C" NOT NULL,
    account     text COLLATE "C" NOT NULL,
    day         text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    version     integer NOT NULL,
    PRIMARY KEY (submission, question, of_starts, of_ends)
);

-- How far people have come with the answers of a submission, and who has it open.
CREATE TABLE redaction_sheets (
    submission  text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    version     integer NOT NULL,
    rewrites    integer NOT NULL,
    sha256      text COLLATE "C" NOT NULL,
    checked_by  text COLLATE "C" NOT NULL,
    checked     text COLLATE "C" NOT NULL,
    second      boolean NOT NULL,
    approved_by text COLLATE "C" NOT NULL,
    approved    text COLLATE "C" NOT NULL,
    opened_by   text COLLATE "C" NOT NULL,
    open_until  bigint NOT NULL
);
