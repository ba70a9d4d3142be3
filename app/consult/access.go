package consult

import (
	"slices"

	"heard/models"
)

// Actor is who asks. The zero Actor is a member of the public.
type Actor struct {
	ID   string
	Role models.Role
	// Stale says that it is a while since they showed who they are, so that
	// they do it again before what Fresh lists.
	Stale bool
	// Only are the ids of the consultations they see, of which all others do not
	// exist for them; none for every one.
	Only []string
}

// sees reports whether a consultation exists for the actor, be it a draft or not.
func (a Actor) sees(consultation string) bool {
	return len(a.Only) == 0 || slices.Contains(a.Only, consultation)
}

// MayStart reports whether the actor may set up another consultation.
func (a Actor) MayStart() bool { return a.May(Configure) && len(a.Only) == 0 }

// Portal is the portal itself, acting by a job or on the command line.
var Portal = Actor{ID: models.ActorPortal}

// isPortal reports whether the actor is the portal, which nobody is by its ID alone.
func (a Actor) isPortal() bool { return a.ID == Portal.ID && a.Role == Portal.Role }

// Permission is leave to do one kind of act.
type Permission string

// The permissions. A route that needs none says Public.
const (
	Public       Permission = "public"
	SeeDesk      Permission = "see the desk"
	SearchText   Permission = "search redacted words"
	KeepOwn      Permission = "keep searches, a reading list and notes"
	TakeAway     Permission = "take search results and notes away"
	SeeThemes    Permission = "see themes"
	EditThemes   Permission = "decide on themes"
	ReadOriginal Permission = "read the original words"
	ReadAll      Permission = "read what comes in, summarise attachments"
	Redact       Permission = "decide what is taken out of answers"
	SeeRefusals  Permission = "see what was left in answers, and why"
	LookAgain    Permission = "look at marked submissions, ask their authors, set aside"
	KeyIn        Permission = "key responses that came on paper or by other ways"
	ReadContacts Permission = "read the addresses of those who want to be told"
	SeeContacts  Permission = "see who may read the addresses of those who want to be told"
	SeeDraft     Permission = "see the draft report"
	TakeDraft    Permission = "take the draft report, or what it is made from, away"
	WriteReport  Permission = "write findings and sections of the report"
	Publish      Permission = "publish the report"
	Configure    Permission = "set up consultations"
	SeeUsers     Permission = "see accounts"
	ManageUsers  Permission = "manage accounts, let their holders in anew"
	ReadAudit    Permission = "read the record"
	SeeDuties    Permission = "see duties, dates and the register"
	SeeRequests  Permission = "see requests about rights and for information"
	KeepRequests Permission = "keep requests and act on them"
	OpenHeld     Permission = "open sealed words" // nobody but the portal, on its own machine
	KeepDuties   Permission = "keep duties, dates and the register"
	ReadPack     Permission = "read the councillors' pack"
	Erase        Permission = "erase what somebody wrote"
	OwnAccount   Permission = "see one's own account"
	ChangeSignIn Permission = "change how one signs in"
)

// allowed is who may do what: the one table. Administrators run the portal and
// never read testimony; nobody can both act and hide the act.
var allowed = map[Permission][]models.Role{
	SeeDesk:      models.Roles,
	SearchText:   {models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor},
	KeepOwn:      {models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor},
	TakeAway:     {models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor},
	SeeThemes:    {models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor},
	EditThemes:   {models.RoleOfficer, models.RoleAnalyst},
	ReadOriginal: {models.RoleOfficer},
	ReadAll:      {models.RoleOfficer},
	Redact:       {models.RoleOfficer},
	SeeRefusals:  {models.RoleOfficer, models.RoleAuditor},
	LookAgain:    {models.RoleOfficer},
	KeyIn:        {models.RoleOfficer},
	ReadContacts: {models.RoleOfficer},
	SeeContacts:  {models.RoleOfficer},
	SeeDraft:     {models.RoleOfficer, models.RoleAnalyst, models.RoleAuditor},
	TakeDraft:    {models.RoleOfficer, models.RoleAnalyst, models.RoleAuditor},
	WriteReport:  {models.RoleOfficer},
	Publish:      {models.RoleOfficer},
	Configure:    {models.RoleOfficer, models.RoleAdmin},
	SeeUsers:     {models.RoleAdmin},
	ManageUsers:  {models.RoleAdmin},
	ReadAudit:    {models.RoleAuditor},
	SeeDuties:    models.Roles,
	SeeRequests:  {models.RoleOfficer, models.RoleAuditor},
	KeepRequests: {models.RoleOfficer},
	KeepDuties:   {models.RoleOfficer},
	ReadPack:     {models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor},
	Erase:        {models.RoleOfficer},
	OwnAccount:   models.Roles,
	ChangeSignIn: models.Roles,
}

// Fresh are the permissions for which it is not enough to be signed in: people
// show again who they are, unless they just did.
var Fresh = []Permission{ReadContacts, TakeAway, TakeDraft, Publish, Erase, ChangeSignIn, ManageUsers}

// May reports whether the actor has a permission.
func (a Actor) May(p Permission) bool {
	return p == Public || a.isPortal() || slices.Contains(allowed[p], a.Role)
}

// need returns nil when the actor has the permission.
func (a Actor) need(p Permission) error {
	switch {
	case a.May(p) && a.Stale && slices.Contains(Fresh, p):
		return models.NewError(models.KindStale, "Show once more that it is you. Until then nothing is done.")
	case a.May(p):
		return nil
	case a.ID == "":
		return models.NewError(models.KindSignedOut, "Sign in to open this page.")
	}
	return models.NewError(models.KindForbidden, "Your role does not allow this. Ask an administrator if you need it.")
}
