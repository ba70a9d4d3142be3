package consult

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"heard/models"
	"heard/models/store"
)

// PasskeyOrigin returns the origin at which passkeys work for a portal that
// people reach at address: they belong to a name, never to a bare address of a
// machine, so on this machine they work at localhost.
func PasskeyOrigin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "http://localhost"
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		u.Host = net.JoinHostPort("localhost", u.Port())
	}
	return u.Scheme + "://" + u.Host
}

// relyingParty checks answers of devices for one origin.
func relyingParty(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	soon := webauthn.TimeoutConfig{Enforce: true, Timeout: proofLasts, TimeoutUVD: proofLasts}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Heard", RPOrigins: []string{origin},
		Timeouts:              webauthn.TimeoutsConfig{Login: soon, Registration: soon},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired}})
}

// holder is the holder of an account as the library wants to see one.
type holder struct {
	user *models.User
	keys []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.user.ID) }
func (h *holder) WebAuthnName() string                       { return h.user.Email }
func (h *holder) WebAuthnDisplayName() string                { return h.user.Email }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// kept is what is kept of a passkey, sealed. Its account is in it, so that a row
// cannot be given to another.
type kept struct {
	Account    string
	Credential webauthn.Credential
}

func (s *Service) sealPasskey(account string, c *webauthn.Credential) ([]byte, error) {
	c.Attestation = webauthn.CredentialAttestation{} // nobody asks what the device is
	plain, err := json.Marshal(kept{account, *c})
	if err != nil {
		return nil, err
	}
	return s.seal(sealPasskeys, plain)
}

func (s *Service) holder(ctx context.Context, account string) (*holder, error) {
	u, err := s.store.User(ctx, account)
	if err != nil {
		return nil, err
	}
	keys, err := s.store.Passkeys(ctx, account)
	if err != nil {
		return nil, err
	}
	h := &holder{user: u}
	for _, k := range keys {
		plain, err := s.open(sealPasskeys, k.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open a passkey: %w", err)
		}
		var one kept
		if err := json.Unmarshal(plain, &one); err != nil {
			return nil, fmt.Errorf("open a passkey: %w", err)
		}
		if one.Account != account || passkeyID(one.Credential.ID) != k.ID {
			return nil, fmt.Errorf("a passkey was kept for another account")
		}
		h.keys = append(h.keys, one.Credential)
	}
	return h, nil
}

func passkeyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// Ceremony is what a browser is asked, and what its answer is checked against.
type Ceremony struct {
	Options []byte // JSON for the browser
	Session []byte // for the portal alone, to be used once
}

func ceremony(options any, session *webauthn.SessionData, err error) (*Ceremony, error) {
	if err != nil {
		return nil, err
	}
	var c Ceremony
	if c.Options, err = json.Marshal(options); err != nil {
		return nil, err
	}
	c.Session, err = json.Marshal(session)
	return &c, err
}

// BeginPasskey asks the browser for a new passkey of the actor's.
func (s *Service) BeginPasskey(ctx context.Context, by Actor, origin string) (*Ceremony, error) {
	if err := by.need(ChangeSignIn); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	w, err := relyingParty(origin)
	if err != nil {
		return nil, err
	}
	options, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	return ceremony(options, session, err)
}

// notOurs is the one answer to whatever is wrong with the answer of a device.
var notOurs = models.NewError(models.KindInvalid, "The passkey was not accepted. Try again, or use another way.")

// AddPasskey keeps the passkey that the browser made, under a name of the
// actor's choice.
func (s *Service) AddPasskey(ctx context.Context, by Actor, origin string, session []byte, response, name string) error {
	if err := by.need(ChangeSignIn); err != nil {
		return err
	}
	name, err := deviceName(name)
	if err != nil {
		return err
	}
	h, err := s.holder(ctx, by.ID)
	if err != nil {
		return err
	}
	w, err := relyingParty(origin)
	if err != nil {
		return err
	}
	var asked webauthn.SessionData
	if json.Unmarshal(session, &asked) != nil {
		return notOurs
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
	if err != nil {
		return notOurs
	}
	c, err := w.CreateCredential(h, asked, answer)
	if err != nil {
		return notOurs
	}
	sealed, err := s.sealPasskey(by.ID, c)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddPasskey(ctx, models.Passkey{ID: passkeyID(c.ID), Account: by.ID, Name: name, Day: s.today(), Sealed: sealed}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "passkey.added", by.ID, "", "")
	})
}

// AskPasskey asks the browser for a passkey of this portal, whosoever: nothing
// is told of which accounts there are.
func (s *Service) AskPasskey(origin string) (*Ceremony, error) {
	w, err := relyingParty(origin)
	if err != nil {
		return nil, err
	}
	options, session, err := w.BeginDiscoverableLogin()
	return ceremony(options, session, err)
}

// SignInByPasskey returns the account whose passkey answered.
func (s *Service) SignInByPasskey(ctx context.Context, origin string, session []byte, response string) (*models.User, error) {
	u, err := s.answered(ctx, origin, session, response)
	if models.KindOf(err) == models.KindInvalid {
		if err := s.refuse(ctx); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return u, s.record(ctx, s.store, Actor{ID: u.ID}, "sign-in", u.ID, "", "passkey")
}

// ProveByPasskey takes the answer of a passkey of the actor's as proof that it
// still is they who use the session.
func (s *Service) ProveByPasskey(ctx context.Context, by Actor, session, origin string, asked []byte, response string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	u, err := s.answered(ctx, origin, asked, response)
	if err != nil {
		return err
	}
	if u.ID != by.ID {
		return notOurs
	}
	return s.proved(ctx, by, session)
}

// answered checks a passkey's answer, and keeps what the device says of itself.
func (s *Service) answered(ctx context.Context, origin string, session []byte, response string) (*models.User, error) {
	w, err := relyingParty(origin)
	if err != nil {
		return nil, err
	}
	var asked webauthn.SessionData
	if json.Unmarshal(session, &asked) != nil {
		return nil, notOurs
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return nil, notOurs
	}
	var h *holder
	var away error
	_, c, err := w.ValidatePasskeyLogin(func(_, account []byte) (webauthn.User, error) {
		if h, err = s.holder(ctx, string(account)); err != nil && models.KindOf(err) != models.KindNotFound {
			away = err
		}
		return h, err
	}, asked, answer)
	switch {
	case away != nil:
		return nil, away
	case err != nil, h.user.Disabled:
		return nil, notOurs
	case c.Authenticator.CloneWarning: // its counter went back: there are two of it
		return nil, notOurs
	}
	sealed, err := s.sealPasskey(h.user.ID, c)
	if err != nil {
		return nil, err
	}
	return h.user, s.store.ChangePasskey(ctx, passkeyID(c.ID), sealed)
}
