package app

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"

	"heard/models/store"
)

// selfCheck refuses to serve with what would lose or expose something. What the
// database must be like, the store has checked when it was opened.
func (a *App) selfCheck(ctx context.Context) error {
	for _, name := range []string{a.Config.secretFile(), a.Config.SearchKeys} {
		if err := checkPrivate(name); err != nil {
			return err
		}
	}
	return a.checkLogs(ctx)
}

// checkPrivate refuses a file of keys in the data folder that everybody on the
// machine may read.
func checkPrivate(name string) error {
	if name == "" || runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return fmt.Errorf("everybody on this machine can read or write %s: run chmod o= %s, and think of it as known if others use this machine", name, name)
	}
	return nil
}

// markOf tells one secret from another and nothing else.
func markOf(secret []byte) (string, error) {
	mark, err := hkdf.Key(sha256.New, secret, nil, "heard/secret/v1/mark", 16)
	return hex.EncodeToString(mark), err
}

// checkMark refuses a secret that is not the one a database was begun with; mark
// is "" for a database that has none yet.
func checkMark(mark string, secret []byte) error {
	is, err := markOf(secret)
	if err == nil && mark != "" && is != mark {
		err = errors.New("the secret is not the one that this database was begun with, so no receipt code would lead anywhere and nothing sealed could be opened: put the right one back")
	}
	return err
}

// attachSecret checks the secret against the database's mark, which the first
// start makes.
func attachSecret(ctx context.Context, s *store.Store, secret []byte) error {
	mark, err := markOf(secret)
	if err != nil {
		return err
	}
	_, mark, err = s.ClaimPortal(ctx, "", mark)
	if err != nil {
		return err
	}
	return checkMark(mark, secret)
}
