package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"
)

// Store keeps files under random keys. What a file is called, is or belongs to is
// for the database to know; the store holds bytes and nothing else.
type Store struct{ bucket *blob.Bucket }

// ErrNotFound is in the error for a key under which nothing is kept.
var ErrNotFound = errors.New("no such attachment")

// OpenStore opens the store at an address: "file:///var/lib/heard/files", whose
// folder is made if need be, or "s3://bucket?region=eu-west-2", with the credentials
// that the AWS command line uses. Other makes of S3 take endpoint=https://… too, and
// most of them use_path_style=true and request_checksum_calculation=when_required;
// see gocloud.dev/blob/s3blob, which whoever wants S3 imports. It does not connect
// yet. Close it after use.
func OpenStore(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("open the attachment store: its address is not a URL: expected one such as file:///var/lib/heard/files")
	}
	if u.Scheme == fileblob.Scheme {
		q := u.Query()
		q.Set("create_dir", "true")
		q.Set("dir_file_mode", "0700")
		q.Set("metadata", "skip")   // no second file beside each, with a type and a hash
		q.Set("no_tmp_dir", "true") // no content outside the folder
		u.RawQuery = q.Encode()
	}
	bucket, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open the attachment store: %w", err)
	}
	if u.Scheme == fileblob.Scheme {
		if err := undateAll(filepath.Join(u.Host, filepath.FromSlash(u.Path))); err != nil {
			return nil, fmt.Errorf("open the attachment store: %w", errors.Join(err, bucket.Close()))
		}
	}
	return &Store{bucket}, nil
}

// undated is when every file was last changed, as far as the file system tells: or
// it would tell to the second when somebody attached it.
var undated = time.Unix(0, 0)

// undateAll undates files that were kept before files were.
func undateAll(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && keyRE.MatchString(e.Name()) && !info.ModTime().Equal(undated) {
			err = os.Chtimes(filepath.Join(folder, e.Name()), undated, undated)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be gone since
			return err
		}
	}
	return nil
}

// Close closes the store.
func (s *Store) Close() error { return s.bucket.Close() }

// Put keeps data and returns its new key. On a file system it is on the disk
// before Put returns, readable by its owner alone, and its time tells nothing.
func (s *Store) Put(ctx context.Context, data []byte) (key string, err error) {
	key = rand.Text()
	return key, s.put(ctx, key, data)
}

// PutBack keeps data under a key that Put had returned, as when a backup is
// restored.
func (s *Store) PutBack(ctx context.Context, key string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return s.put(ctx, key, data)
}

func (s *Store) put(ctx context.Context, key string, data []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, this discards what was written
	var file *os.File
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "application/octet-stream",
		BeforeWrite: func(as func(any) bool) error {
			if as(&file) {
				return file.Chmod(0o600)
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("keep an attachment: %w", err)
	}
	_, err = w.Write(data)
	if err == nil && file != nil {
		err = os.Chtimes(file.Name(), undated, undated)
	}
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel()
		return fmt.Errorf("keep an attachment: %w", errors.Join(err, w.Close()))
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("keep an attachment: %w", err)
	}
	if file != nil {
		if err := syncFolder(filepath.Dir(file.Name())); err != nil {
			return fmt.Errorf("keep an attachment: %w", err)
		}
	}
	return nil
}

// syncFolder puts the name of a new file on the disk.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get returns what is kept under key.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	data, err := s.bucket.ReadAll(ctx, key)
	return data, fault("read", err)
}

// Delete removes what is kept under key.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return fault("delete", s.bucket.Delete(ctx, key))
}

func fault(act string, err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s an attachment: %w", act, err)
	}
	return nil
}

// keyRE is the form of what rand.Text returns.
var keyRE = regexp.MustCompile(`^[A-Z2-7]{26,64}$`)

// checkKey refuses what Put never returns, such as a path out of the folder.
func checkKey(key string) error {
	if !keyRE.MatchString(key) {
		return fmt.Errorf("%w: a key is 26 letters and digits", ErrNotFound)
	}
	return nil
}
