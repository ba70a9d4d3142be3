package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"heard/app/theme"
)

// wordNetFolders is where systems put the files of WordNet.
var wordNetFolders = []string{"/usr/share/wordnet", "/usr/share/wordnet/dict", "/usr/local/share/wordnet", "/opt/homebrew/opt/wordnet/dict", "/usr/local/opt/wordnet/dict"}

// background returns what loads the dictionary, once, when it is first needed:
// that takes seconds. It is nil where there is none. A folder that was named in
// the settings must hold one.
func (c *Config) background() (func() (*theme.Background, error), error) {
	folder := c.WordNet
	switch folder {
	case "none":
		return nil, nil
	case "":
		for _, f := range wordNetFolders {
			if isWordNet(f) == nil {
				folder = f
				break
			}
		}
		if folder == "" {
			return nil, nil
		}
	default:
		if err := isWordNet(folder); err != nil {
			return nil, fmt.Errorf("--wordnet: expected a folder with data.noun, data.verb, data.adj and data.adv in %s, or none: %w", folder, err)
		}
	}
	return sync.OnceValues(func() (*theme.Background, error) { return theme.ReadWordNet(os.DirFS(folder)) }), nil
}

// background is the dictionary for so many texts of a command, or nil.
func (r *run) background(texts int) (*theme.Background, error) {
	load, err := r.cfg.background()
	if load == nil || err != nil || texts > theme.BackgroundTexts {
		return nil, err
	}
	return load()
}

// isWordNet returns what a folder lacks to be a WordNet.
func isWordNet(folder string) error {
	for _, file := range theme.WordNetFiles {
		info, err := os.Stat(filepath.Join(folder, file))
		if err != nil {
			var path *fs.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return fmt.Errorf("%s: %w", file, err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a file", file)
		}
	}
	return nil
}
