package app

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"heard/app/model"
	"heard/app/sso"
)

// Config is every setting of the portal. Each is a flag with an environment
// twin; secrets can also be read from a file named by the twin with _FILE.
type Config struct {
	Addr        string `default:"127.0.0.1:8080" env:"HEARD_ADDR" placeholder:"HOST:PORT" help:"Address to listen on."`
	Data        string `default:"./data" env:"HEARD_DATA" placeholder:"FOLDER" help:"Folder for the database, the search index, evidence files and keys, unless they are set to be elsewhere."`
	Database    string `env:"HEARD_DATABASE" placeholder:"URL" help:"Database: sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME. Default: sqlite:heard.db in the data folder."`
	Search      string `env:"HEARD_SEARCH" placeholder:"URL" help:"Search engine: bleve:FOLDER or the http(s) URL of a Meilisearch server. Default: bleve:index in the data folder."`
	SearchKeys  string `env:"HEARD_SEARCH_KEYS" placeholder:"FILE" help:"Keys for the Meilisearch server, made by heard search-keys. Default: none, for a server that asks for none."`
	SearchIndex string `default:"heard" env:"HEARD_SEARCH_INDEX" placeholder:"NAME" help:"What the names of the indexes on the Meilisearch server begin with."`
	Files       string `env:"HEARD_FILES" placeholder:"URL" help:"Evidence files: file:///FOLDER or s3://BUCKET?region=REGION. Default: files in the data folder."`
	Clamd       string `env:"HEARD_CLAMD" placeholder:"ADDRESS" help:"ClamAV daemon that scans attached files: unix:/SOCKET or tcp:HOST:PORT. Files cannot be added while it is away."`
	Secret      string `env:"HEARD_SECRET" placeholder:"TEXT" help:"Secret that keys the hashes of receipt codes, at least 32 characters. Default: made at the first start and kept in the data folder."`
	Erasures    string `env:"HEARD_ERASURES" placeholder:"FILE" help:"List of what was erased, which a restored portal erases again. Keep it, or a copy, on another machine than the database. Default: erasures in the data folder."`
	OfficersKey string `env:"HEARD_OFFICERS_KEY" placeholder:"KEY" help:"Public halves of officers' keys, made by heard officers-key, to which e-mail addresses and files as they were sent are sealed, so that the portal itself cannot open them. Default: none; they are sealed with the secret."`
	URL         string `env:"HEARD_URL" placeholder:"URL" help:"Address people reach the portal at, such as https://consult.example.gov.uk. With https, cookies are kept off plain connections."`
	Onion       string `env:"HEARD_ONION" placeholder:"URL" help:"Onion address of this portal, such as http://….onion; browsers that can reach it are told."`
	ModelURL    string `env:"HEARD_MODEL_URL" placeholder:"URL" help:"Optional language model: a server that speaks the dialect of OpenAI, such as http://127.0.0.1:11434/v1 of your own Ollama. It is sent redacted words of people who agreed to be quoted, and nothing else."`
	ModelKey    string `env:"HEARD_MODEL_KEY" placeholder:"KEY" help:"Key for that server, if it asks for one."`
	ModelEmbed  string `env:"HEARD_MODEL_EMBED" placeholder:"NAME" help:"Its model that compares answers, for better themes. Default: none."`
	ModelChat   string `env:"HEARD_MODEL_CHAT" placeholder:"NAME" help:"Its model that proposes names and drafts a summary of each theme. Default: none."`
	WordNet     string `name:"wordnet" env:"HEARD_WORDNET" placeholder:"FOLDER" help:"Folder of an English WordNet (data.noun and so on), which helps to compare answers when there are few. Default: where Debian's wordnet-base puts it, if it is installed; none for none."`
	ExitTo      string `default:"https://www.bbc.co.uk/weather" env:"HEARD_EXIT_TO" placeholder:"URL" help:"Neutral page that “Exit this page” leads to."`

	SecondFactor     string `default:"required" enum:"required,offered" env:"HEARD_SECOND_FACTOR" placeholder:"WHEN" help:"Whether administrators, officers and auditors must have a passkey or an app for codes beside their password (required), or may (offered)."`
	OIDCIssuer       string `name:"oidc-issuer" env:"HEARD_OIDC_ISSUER" placeholder:"URL" help:"Sign-in of your organisation (OpenID Connect), such as https://login.example.gov.uk. Only accounts that exist here sign in by it. Default: none."`
	OIDCClientID     string `name:"oidc-client-id" env:"HEARD_OIDC_CLIENT_ID" placeholder:"ID" help:"What this portal is called there. Tell it to lead back to your address followed by /staff/sso/callback."`
	OIDCClientSecret string `name:"oidc-client-secret" env:"HEARD_OIDC_CLIENT_SECRET" placeholder:"TEXT" help:"Secret that goes with it, if there is one."`
}

// commands is the command line.
type commands struct {
	Config

	Serve       serveCommand       `cmd:"" default:"1" help:"Run the portal. This is what happens without a command."`
	Demo        demoCommand        `cmd:"" help:"Run a throw-away portal with an invented consultation, its themes and a draft report."`
	Import      importCommand      `cmd:"" help:"Take responses from a CSV file."`
	Themes      themesCommand      `cmd:"" help:"Find the themes in a CSV file, without a database."`
	Code        codeCommand        `cmd:"" help:"Place the texts of a CSV file into an existing code frame, without a database."`
	Report      reportCommand      `cmd:"" help:"Write the consultation report to a file."`
	Verify      verifyCommand      `cmd:"" help:"Check a receipt, or a whole published log, offline."`
	LogKeys     logKeysCommand     `cmd:"" help:"Print the keys that the public logs and their receipts are signed with, to announce them."`
	User        userCommand        `cmd:"" help:"Manage staff accounts."`
	Erase       eraseCommand       `cmd:"" help:"Erase what the submission behind a receipt code says."`
	Backup      backupCommand      `cmd:"" help:"Write everything into one file, also while the portal serves."`
	OfficersKey officersKeyCommand `cmd:"" name:"officers-key" help:"Make a key that only officers keep."`
	Sent        sentCommand        `cmd:"" help:"Write an attachment to a file as it was sent, with all that is hidden in it."`
	Held        heldCommand        `cmd:"" help:"Write what was taken back while something in law held it, for whoever has to hand it over."`
	Restore     restoreCommand     `cmd:"" help:"Put a backup back onto an empty machine, or check one."`
	Erasures    erasuresCommand    `cmd:"" help:"Show how the list of erasures stands."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database to this version of the program."`
	Reindex     reindexCommand     `cmd:"" help:"Build the search index again from the database."`
	SearchKeys  searchKeysCommand  `cmd:"" help:"Make the keys that the portal needs on a Meilisearch server, with its master key."`
	Healthy     healthyCommand     `cmd:"" hidden:"" help:"Ask a running portal whether it can take answers; for containers."`
	Bench       benchCommand       `cmd:"" help:"Measure."`
}

// usageError is a mistake on the command line or in the settings: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// secrets are the settings that can be read from a file.
var secrets = []string{"HEARD_DATABASE", "HEARD_SEARCH_MASTER_KEY", "HEARD_SECRET", "HEARD_MODEL_KEY", "HEARD_OIDC_CLIENT_SECRET"}

// readSecretFiles sets each secret from the file named by its _FILE twin.
func readSecretFiles() error {
	for _, name := range secrets {
		file := os.Getenv(name + "_FILE")
		if file == "" {
			continue
		}
		if os.Getenv(name) != "" {
			return usageError{fmt.Errorf("%s and %s_FILE are both set: set one of them", name, name)}
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return usageError{fmt.Errorf("%s_FILE: %w", name, err)}
		}
		secret := strings.TrimSpace(string(b))
		if secret == "" {
			return usageError{fmt.Errorf("%s_FILE: the file is empty", name)}
		}
		if err := os.Setenv(name, secret); err != nil {
			return err
		}
	}
	return nil
}

// errShown says that the parser has printed all there is to say, as for
// --help.
var errShown = errors.New("shown")

// parse reads the command line.
func parse(args []string, out io.Writer) (cmd *kong.Context, cfg *Config, err error) {
	if err := readSecretFiles(); err != nil {
		return nil, nil, err
	}
	var c commands
	shown := false
	parser, err := kong.New(&c, kong.Name("heard"),
		kong.Description("A public consultation portal: no voice is lost, no voice is drowned, no voice is exposed, and anyone can check it."),
		kong.UsageOnError(), kong.Writers(out, out), kong.Exit(func(int) { shown = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return nil, nil, err
	}
	cmd, err = parser.Parse(args)
	if shown {
		return nil, nil, errShown
	}
	if err != nil {
		return nil, nil, usageError{err}
	}
	if err := c.Config.check(); err != nil {
		return nil, nil, usageError{err}
	}
	return cmd, &c.Config, nil
}

// check refuses settings that cannot work, and fills in what depends on the
// data folder.
func (c *Config) check() error {
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	c.Data = data
	if c.Database == "" {
		c.Database = "sqlite:" + filepath.Join(data, "heard.db")
	}
	// The address is not repeated: it may hold a password.
	if _, err := url.Parse(c.Database); !hasPrefix(c.Database, "sqlite:", "postgres://", "postgresql://") || c.Database == "sqlite:" || err != nil && !hasPrefix(c.Database, "sqlite:") {
		return fmt.Errorf("--database: expected sqlite:FILE or postgres://…")
	}
	if c.Search == "" {
		c.Search = "bleve:" + filepath.Join(data, "index")
	}
	if !hasPrefix(c.Search, "bleve:", "http://", "https://") {
		return fmt.Errorf("--search: expected bleve:FOLDER or the http(s) URL of a Meilisearch server")
	}
	if c.Files == "" {
		c.Files = "file://" + filepath.ToSlash(filepath.Join(data, "files"))
	}
	if !hasPrefix(c.Files, "file://", "mem://", "s3://") {
		return fmt.Errorf("--files: expected file:///FOLDER or s3://BUCKET?region=REGION")
	}
	if c.Secret != "" && len(c.Secret) < 32 {
		return fmt.Errorf("--secret: expected at least 32 characters")
	}
	if c.URL != "" && !hasPrefix(c.URL, "http://", "https://") {
		return fmt.Errorf("--url: expected an address that begins with https://")
	}
	if c.Clamd != "" && !hasPrefix(c.Clamd, "unix:/", "tcp:") {
		return fmt.Errorf("--clamd: expected unix:/SOCKET or tcp:HOST:PORT")
	}
	if err := c.checkOIDC(); err != nil {
		return err
	}
	if u, err := url.Parse(c.Onion); c.Onion != "" && (err != nil || !hasPrefix(c.Onion, "http://", "https://") || !strings.HasSuffix(u.Hostname(), ".onion") || strings.Trim(u.Path, "/") != "") {
		return fmt.Errorf("--onion: expected an address such as http://….onion")
	}
	if !hasPrefix(c.ExitTo, "https://") {
		return fmt.Errorf("--exit-to: expected an address that begins with https://")
	}
	if _, err = c.model(); err != nil {
		return err
	}
	_, err = c.background()
	return err
}

// checkOIDC refuses settings of the organisation's sign-in that cannot work, and
// ones that would send a secret over an open network.
func (c *Config) checkOIDC() error {
	if c.OIDCIssuer == "" && c.OIDCClientID+c.OIDCClientSecret == "" {
		return nil
	}
	u, err := url.Parse(c.OIDCIssuer)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost") {
		return errors.New("--oidc-issuer: expected an address that begins with https://")
	}
	if c.OIDCClientID == "" {
		return errors.New("--oidc-client-id: expected what the portal is called at --oidc-issuer")
	}
	return nil
}

// sso returns the client of the organisation's sign-in, nil when none is set up.
func (c *Config) sso() *sso.Client {
	if c.OIDCIssuer == "" {
		return nil
	}
	return sso.New(sso.Config{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret})
}

// model returns the client of the optional language model, nil when none is
// set up. It does not ask the server yet.
func (c *Config) model() (*model.Client, error) {
	switch asks := c.ModelEmbed != "" || c.ModelChat != ""; {
	case c.ModelURL == "" && (asks || c.ModelKey != ""):
		return nil, errors.New("--model-url: expected the address of the server that --model-embed, --model-chat and --model-key are for")
	case c.ModelURL == "":
		return nil, nil
	case !asks:
		return nil, errors.New("--model-url: also set --model-embed, --model-chat or both, or nothing is asked of it")
	}
	m, err := model.New(model.Config{URL: c.ModelURL, Key: c.ModelKey, Embed: c.ModelEmbed, Chat: c.ModelChat})
	if err != nil {
		return nil, fmt.Errorf("--model-url: %w", err)
	}
	return m, nil
}

func hasPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
