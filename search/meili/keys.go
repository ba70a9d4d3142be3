package meili

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/meilisearch/meilisearch-go"

	"heard/search"
)

// Keys are the keys of a server that a portal works with. None of them may make keys or reach another index, and none
// that searches can write. The zero value is for a server that asks for none.
type Keys struct {
	Index    string                 `json:"index"`    // prefix of the indexes that they are for
	Status   string                 `json:"status"`   // reads the server's version and what became of tasks, of every index: neither can be given for one
	Indexing string                 `json:"indexing"` // writes the indexes of all tiers and their settings; it cannot search or read documents
	Search   map[search.Tier]string `json:"search"`   // each searches the index of its tier and does nothing else
}

// none reports whether no key is given at all.
func (k Keys) none() bool { return k.Status == "" && k.Indexing == "" && len(k.Search) == 0 }

// check reports what is missing of keys for the indexes with a prefix.
func (k Keys) check(prefix string) error {
	if k.none() {
		return nil
	}
	if k.Index != prefix {
		return fmt.Errorf("%w: the keys are for the index %q and not for %q", ErrKey, k.Index, prefix)
	}
	complete := k.Status != "" && k.Indexing != ""
	for _, tier := range search.Tiers {
		complete = complete && k.Search[tier] != ""
	}
	if !complete {
		return fmt.Errorf("%w: one of the keys is missing", ErrKey)
	}
	return nil
}

// wanted returns the keys of the portal whose indexes have a prefix, by name. A key's uid follows from the two, and the
// server derives the key from its uid and the master key, so that making them again makes the same ones.
func wanted(prefix string) map[string]*meilisearch.Key {
	var indexes []string
	keys := map[string]*meilisearch.Key{}
	add := func(name, description string, actions, indexes []string) {
		keys[name] = &meilisearch.Key{
			UID:  uuid.NewHash(sha256.New(), uuid.NameSpaceURL, []byte("heard:"+prefix+":"+name), 4).String(),
			Name: "Heard: " + name + " (" + prefix + ")", Description: description, Actions: actions, Indexes: indexes,
		}
	}
	for _, tier := range search.Tiers {
		indexes = append(indexes, indexName(prefix, tier), nextName(prefix, tier))
		add(string(tier), "Searches what the tier may find.", []string{"search"}, []string{indexName(prefix, tier)})
	}
	add("indexing", "Writes the indexes and their settings.", []string{
		"documents.add", "documents.delete", "indexes.create", "indexes.delete", "indexes.get", "indexes.swap",
		"settings.get", "settings.update", "stats.get",
	}, indexes)
	add("status", "Reads the version, and what became of tasks.", []string{"version", "tasks.get"}, []string{"*"})
	return keys
}

// MakeKeys makes the keys that a portal needs, with the server's master key, and returns them. Those that are there
// already stay as they are; one whose rights have changed is replaced and keeps its value. The error wraps ErrKey when
// the server does not take the master key, and search.ErrUnavailable when it does not answer.
func MakeKeys(ctx context.Context, url, master, prefix string) (Keys, error) {
	made := Keys{Index: prefix, Search: map[search.Tier]string{}}
	if err := checkURL(url); err != nil {
		return Keys{}, err
	}
	if err := checkPrefix(prefix); err != nil {
		return Keys{}, err
	}
	client := newClient()
	defer client.CloseIdleConnections()
	server := connect(client, url, master)
	for name, want := range wanted(prefix) {
		key, err := makeKey(ctx, server, want)
		if err != nil {
			return Keys{}, explain(ctx, "making the key "+name, err)
		}
		switch name {
		case "indexing":
			made.Indexing = key
		case "status":
			made.Status = key
		default:
			made.Search[search.Tier(name)] = key
		}
	}
	return made, nil
}

func makeKey(ctx context.Context, server meilisearch.ServiceManager, want *meilisearch.Key) (string, error) {
	have, err := server.GetKeyWithContext(ctx, want.UID)
	switch {
	case isCode(err, "api_key_not_found"):
	case err != nil:
		return "", err
	case sameSet(have.Actions, want.Actions) && sameSet(have.Indexes, want.Indexes) && have.ExpiresAt.IsZero():
		return have.Key, nil
	default: // the server changes no rights of a key
		if _, err := server.DeleteKeyWithContext(ctx, want.UID); err != nil {
			return "", err
		}
	}
	fresh, err := server.CreateKeyWithContext(ctx, want)
	if err != nil {
		return "", err
	}
	return fresh.Key, nil
}

// checkRights asks for what none of the keys may do, listing keys, so that the master key stays out of a portal. A server
// that has no master key refuses that as well.
func (e *Engine) checkRights(ctx context.Context) error {
	for _, server := range append([]meilisearch.ServiceManager{e.status, e.indexing}, slices.Collect(maps.Values(e.searching))...) {
		_, err := server.GetKeysWithContext(ctx, &meilisearch.KeysQuery{Limit: 1})
		if err == nil {
			return fmt.Errorf("%w: one of them may list all keys, as the master key may; the portal must not have it", ErrKey)
		}
		if err = e.explain(ctx, "checking the keys", err); !errors.Is(err, ErrKey) {
			return err
		}
	}
	return nil
}
