// Package sso asks an organisation's own sign-in (OpenID Connect) who somebody
// is: authorization code with PKCE, state and nonce. It keeps nothing, and
// decides nothing: which account that is, is the portal's to say.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config names the issuer and what this portal is to it.
type Config struct {
	Issuer       string // address, exactly as the issuer writes it
	ClientID     string
	ClientSecret string // "" for a public client
}

// Client talks to one issuer. It is safe for concurrent use. The issuer is
// asked for what it offers when somebody first signs in, and again until it
// answers.
type Client struct {
	config Config
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

// patience is how long the issuer may take for one answer.
const patience = 10 * time.Second

// New returns a Client.
func New(c Config) *Client {
	return &Client{config: c, client: &http.Client{Timeout: patience}}
}

// Errors. Neither repeats what the issuer said.
var (
	ErrAway    = errors.New("the organisation's sign-in does not answer")
	ErrRefused = errors.New("the organisation's sign-in did not vouch for anybody")
)

// Pending is what the browser keeps from the start of a sign-in to its end.
type Pending struct{ State, Nonce, Verifier string }

// Identity is somebody whom the issuer vouches for.
type Identity struct {
	Issuer, Subject string
	Email           string
	Verified        bool      // the issuer made sure of the address
	Strong          bool      // they were asked for more than a password (amr, RFC 8176)
	Shown           time.Time // when they last showed who they are; zero when it does not say
}

// freshest is how long ago people may have shown the issuer who they are; it is
// asked to make them do it again otherwise.
const freshest = 5 * time.Minute

func (c *Client) setup(ctx context.Context, redirect string) (*oauth2.Config, *oidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider == nil {
		// The provider fetches keys later, when this request is over.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.client), c.config.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w (discovery)", ErrAway)
		}
		c.provider = p
	}
	return &oauth2.Config{ClientID: c.config.ClientID, ClientSecret: c.config.ClientSecret, Endpoint: c.provider.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "email"}}, c.provider, nil
}

// Begin returns the address to send somebody to, who comes back to redirect.
func (c *Client) Begin(ctx context.Context, redirect string) (to string, p Pending, err error) {
	config, _, err := c.setup(ctx, redirect)
	if err != nil {
		return "", Pending{}, err
	}
	p = Pending{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	return config.AuthCodeURL(p.State, oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier),
		oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(freshest.Seconds())))), p, nil
}

// Finish checks what somebody came back with.
func (c *Client) Finish(ctx context.Context, redirect string, p Pending, query url.Values) (*Identity, error) {
	config, provider, err := c.setup(ctx, redirect)
	if err != nil {
		return nil, err
	}
	if p.State == "" || subtle.ConstantTimeCompare([]byte(p.State), []byte(query.Get("state"))) != 1 || query.Get("code") == "" {
		return nil, ErrRefused
	}
	token, err := config.Exchange(oidc.ClientContext(ctx, c.client), query.Get("code"), oauth2.VerifierOption(p.Verifier))
	if answered := (*oauth2.RetrieveError)(nil); errors.As(err, &answered) {
		return nil, fmt.Errorf("%w (code)", ErrRefused)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (code)", ErrAway)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: c.config.ClientID}).Verify(oidc.ClientContext(ctx, c.client), raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(p.Nonce)) != 1 {
		return nil, fmt.Errorf("%w (token)", ErrRefused)
	}
	var claims struct {
		Email    string   `json:"email"`
		Verified bool     `json:"email_verified"`
		Methods  []string `json:"amr"`
		Shown    int64    `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil || id.Subject == "" {
		return nil, fmt.Errorf("%w (claims)", ErrRefused)
	}
	who := &Identity{Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email, Verified: claims.Verified && claims.Email != "",
		Strong: slices.ContainsFunc(claims.Methods, func(m string) bool { return slices.Contains([]string{"mfa", "hwk"}, m) })}
	if claims.Shown > 0 {
		who.Shown = time.Unix(claims.Shown, 0)
	}
	return who, nil
}
