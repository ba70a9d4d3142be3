package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"heard/search/meili"
)

// searchKeysCommand makes the keys that a portal works with, so that the master
// key stays with whoever runs the search server.
type searchKeysCommand struct {
	MasterKey string `env:"HEARD_SEARCH_MASTER_KEY" placeholder:"KEY" help:"Master key of the server. The portal itself must not have it."`
	Out       string `required:"" placeholder:"FILE" help:"Where to write the keys, for --search-keys."`
}

func (cmd searchKeysCommand) Run(r *run) error {
	if !r.cfg.searchServer() {
		return usageError{errors.New("--search: expected the http(s) URL of a Meilisearch server; the other engine needs no keys")}
	}
	if cmd.MasterKey == "" {
		return usageError{errors.New("HEARD_SEARCH_MASTER_KEY or HEARD_SEARCH_MASTER_KEY_FILE: expected the master key of the Meilisearch server")}
	}
	keys, err := meili.MakeKeys(r.ctx, r.cfg.Search, cmd.MasterKey, r.cfg.SearchIndex)
	if err != nil {
		return err
	}
	if err := writeSearchKeys(cmd.Out, keys); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "The keys for the indexes %s_… are in %s. Start the portal with --search-keys %s and without the master key.\n", r.cfg.SearchIndex, cmd.Out, cmd.Out)
	return nil
}

// writeSearchKeys writes the keys for their owner alone, whole or not at all.
func writeSearchKeys(name string, keys meili.Keys) (err error) {
	text, err := json.MarshalIndent(keys, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".search-keys-") // which is for its owner alone
	if err != nil {
		return fmt.Errorf("search keys: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("search keys: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// readSearchKeys reads what writeSearchKeys wrote; no name is no keys.
func readSearchKeys(name string) (keys meili.Keys, err error) {
	if name == "" {
		return keys, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return keys, fmt.Errorf("--search-keys: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&keys); err != nil { // which may quote a key
		return meili.Keys{}, fmt.Errorf("--search-keys: %s is not a file that heard search-keys has made", name)
	}
	return keys, nil
}
