-- +goose Up

-- How often something was written that reports are made from. It has one row.
CREATE TABLE revision (number integer NOT NULL);
INSERT INTO revision (number) VALUES (0);
