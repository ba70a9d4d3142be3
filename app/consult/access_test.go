package consult_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// write writes every string that can be reached from v, so that a test can
// look for what must not be there.
func write(b *strings.Builder, v any) { writeValue(b, reflect.ValueOf(v), 0) }

func writeValue(b *strings.Builder, v reflect.Value, depth int) {
	if depth > 12 || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			writeValue(b, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			writeValue(b, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			writeValue(b, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			writeValue(b, key, depth+1)
			writeValue(b, v.MapIndex(key), depth+1)
		}
	case reflect.String:
		fmt.Fprintln(b, v.String())
	}
}

// access says, for every method of Service, who may call it. Methods that take
// an Actor list roles, "public" for somebody who is not signed in. The others
// are for everybody ("open": what they show is public or opened by a secret
// that the caller holds) or for the portal's own work ("portal").
var access = map[string]string{
	"Accept":             "open",
	"Accepting":          "open",
	"AddTheme":           "officer analyst",
	"Answer":             "open",
	"AnswerEquality":     "open",
	"AnswerToCode":       "officer analyst",
	"ApproveDraft":       "officer analyst",
	"ApproveTheme":       "officer analyst",
	"ApprovedDraft":      "officer analyst",
	"Ask":                "officer",
	"Attached":           "officer analyst councillor",
	"OpenFile":           "officer analyst councillor",
	"LetOpen":            "officer",
	"Attach":             "open",
	"AuditTrail":         "auditor",
	"ExportAudit":        "auditor",
	"Batch":              "officer",
	"Belongs":            "open",
	"CheckForm":          "officer",
	"CorrectForm":        "officer",
	"CorrectBatch":       "officer",
	"FinishBatch":        "officer",
	"KeyForm":            "officer",
	"KeyedForm":          "officer",
	"Keying":             "officer",
	"OpenBatch":          "officer",
	"SettleForm":         "officer",
	"Slip":               "officer",
	"ToCheck":            "officer",
	"ForgetSheet":        "officer",
	"HoldSheet":          "officer",
	"ImportSheet":        "officer",
	"Mappings":           "officer",
	"SaveMapping":        "officer",
	"Sheet":              "officer",
	"TryImport":          "officer",
	"Challenge":          "open",
	"Checkpoint":         "open",
	"LogDaily":           "open",
	"LogKey":             "open",
	"Committed":          "open",
	"Erase":              "officer",
	"Pile":               "officer",
	"EmptyPile":          "officer",
	"RestorePile":        "officer",
	"Opened":             "open",
	"OpenedEarlier":      "open",
	"SealUnsent":         "open",
	"OpenUnsent":         "open",
	"Unhurried":          "open",
	"Begin":              "open",
	"EraseAgain":         "portal",
	"TakesWrites":        "open",
	"CodeAnswer":         "officer analyst",
	"CodeFrame":          "officer analyst",
	"CodingProgress":     "officer analyst",
	"Consultation":       "public admin officer analyst councillor auditor",
	"ConsultationSource": "admin officer",
	"Consultations":      "public admin officer analyst councillor auditor",
	"AgreeToContacts":    "officer",
	"AskForContacts":     "officer",
	"ContactOpening":     "officer",
	"Contacts":           "officer",
	"Correct":            "open",
	"CountAgain":         "officer",
	"DefineTheme":        "officer analyst",
	"DeleteNote":         "officer analyst councillor",
	"DestroyDraft":       "open",
	"Detach":             "open",
	"Disable":            "admin",
	"DraftReport":        "officer analyst auditor",
	"DraftFile":          "officer analyst auditor",
	"DraftDocument":      "officer analyst auditor",
	"Ledger":             "officer analyst auditor",
	"ExportSearch":       "officer analyst councillor",
	"ExportNotes":        "officer analyst",
	"Extend":             "admin officer",
	"FillIn":             "admin officer",
	"FindingThemes":      "officer analyst councillor",
	"FrameVersions":      "officer analyst",
	"FirstUser":          "portal",
	"ForgetContact":      "open",
	"ForgetSearch":       "officer analyst councillor",
	"Import":             "admin officer",
	"InResult":           "officer analyst councillor",
	"IndexPlaces":        "portal",
	"IndexSubmission":    "portal",
	"Invite":             "admin",
	"Invited":            "open",
	"Jobs":               "admin officer analyst councillor auditor",
	"Keep":               "open",
	"Kept":               "officer analyst councillor",
	"List":               "officer analyst councillor",
	"Live":               "officer analyst auditor",
	"Load":               "admin officer",
	"LoadDraft":          "open",
	"LogFile":            "open",
	"MendIndex":          "portal",
	"MergeTheme":         "officer analyst",
	"Marks":              "officer analyst councillor",
	"Messages":           "officer",
	"Misread":            "open",
	"Move":               "admin officer",
	"MoveAnswers":        "officer analyst",
	"NextRedaction":      "officer",
	"NextToCode":         "officer analyst",
	"NextToRead":         "officer",
	"Notes":              "officer analyst councillor",
	"OpenReading":        "officer",
	"Pause":              "admin officer",
	"Places":             "officer analyst",
	"PublishReport":      "officer",
	"ProposeReport":      "officer",
	"ReturnReport":       "officer",
	"Versions":           "officer analyst auditor",
	"PublishedVersion":   "open",
	"PublishedVersions":  "open",
	"VersionFile":        "open",
	"News":               "open",
	"PublishedAnswers":   "open",
	"Objections":         "officer",
	"DecideObjection":    "officer",
	"Pack":               "officer analyst councillor",
	"ReadPart":           "officer analyst councillor",
	"PutThemeUnder":      "officer analyst",
	"Read":               "officer",
	"ReadAttachments":    "portal",
	"ReadingQueue":       "officer",
	"EraseFromIndex":     "portal",
	"Release":            "officer",
	"ReleaseNew":         "portal",
	"ReleaseOverdue":     "portal",
	"Released":           "officer analyst councillor",
	"Ready":              "open",
	"Redact":             "officer",
	"RedactionProgress":  "officer",
	"Redactions":         "officer",
	"RefreshThemes":      "portal",
	"RefusedRedactions":  "officer auditor",
	"Reindex":            "portal",
	"RenameTheme":        "officer analyst",
	"Reopen":             "open",
	"Reply":              "open",
	"Report":             "open",
	"ReportFile":         "open",
	"RequestThemes":      "officer analyst",
	"SaveConsultation":   "admin officer",
	"SaveDraft":          "open",
	"SaveForLater":       "open",
	"SaveSearch":         "officer analyst councillor",
	"Search":             "officer analyst councillor",
	"SearchReady":        "open",
	"SearchVoices":       "officer analyst councillor",
	"Seen":               "officer",
	"PassedOn":           "officer",
	"Sent":               "open",
	"SetAside":           "officer",
	"SetThemeScope":      "officer analyst",
	"SignIn":             "open",
	"Speak":              "open",
	"SplitTheme":         "officer analyst",
	"StartDraft":         "open",
	"StartConsultation":  "admin officer",
	"State":              "open",
	"Submission":         "officer analyst councillor",
	"Submit":             "open",
	"Sweep":              "open",
	"TellResult":         "open",
	"ThemeAnswers":       "officer analyst",
	"Themes":             "officer analyst councillor",
	"ToLookAt":           "officer",
	"Trace":              "open",
	"Today":              "open",
	"Translate":          "officer",
	"Unlist":             "officer analyst councillor",
	"UnmergeTheme":       "officer analyst",
	"Users":              "admin",
	"Withdraw":           "open",
	"FindingVersions":    "officer analyst auditor",
	"KeepFinding":        "officer",
	"KeepPopulation":     "officer",
	"KeepSection":        "officer",
	"SectionVersions":    "officer analyst auditor",
	"TakeOutFinding":     "officer",
	"TakeOutPopulation":  "officer",
	"Writing":            "officer analyst auditor",
	"WriteNote":          "officer analyst councillor",
	"AskErasure":         "officer",
	"DecideErasure":      "officer",
	"DeleteDue":          "portal",
	"EraseByCode":        "officer",
	"HeldWords":          "",
	"SentFile":           "",
	"SealedToOfficers":   "open",
	"Spoil":              "open", // of tests
	"Crowd":              "open", // of tests
	"KeepRequest":        "officer",
	"OpenRequests":       "officer",
	"PublicID":           "officer auditor",
	"Requests":           "officer auditor",
	"SetRetention":       "officer",
	"TakeOutEntry":       "officer",
	"SharedCalendar":     "open",
	"SetTimeline":        "officer",
	"RevokeCalendarLink": "officer",
	"RegisterEntry":      "admin officer analyst councillor auditor",
	"Register":           "admin officer analyst councillor auditor",
	"RecordDuty":         "officer",
	"Outcome":            "open",
	"MakeCalendarLink":   "officer",
	"KeepEntry":          "officer",
	"Duties":             "admin officer analyst councillor auditor",
	"DutyCalendar":       "admin officer analyst councillor auditor",
	"Account":            "admin officer analyst councillor auditor",
	"AddPasskey":         "admin officer analyst councillor auditor",
	"AskPasskey":         "open",
	"AskRecovery":        "admin",
	"BeginPasskey":       "admin officer analyst councillor auditor",
	"ChangePassword":     "admin officer analyst councillor auditor",
	"ConfirmApp":         "admin officer analyst councillor auditor",
	"ConfirmRecovery":    "admin",
	"DropRecovery":       "admin",
	"EndOthers":          "admin officer analyst councillor auditor",
	"EndSession":         "admin officer analyst councillor auditor",
	"Enter":              "open",
	"Fresh":              "open",
	"Leave":              "admin officer analyst councillor auditor",
	"MakeCodes":          "admin officer analyst councillor auditor",
	"NameSession":        "admin officer analyst councillor auditor",
	"NewApp":             "admin officer analyst councillor auditor",
	"Prove":              "admin officer analyst councillor auditor",
	"ProveByPasskey":     "admin officer analyst councillor auditor",
	"Recoveries":         "admin",
	"RemoveApp":          "admin officer analyst councillor auditor",
	"RemovePasskey":      "admin officer analyst councillor auditor",
	"Resume":             "open",
	"SignInByPasskey":    "open",
	"SignInFrom":         "open",
}

func TestAccess(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	callers := map[string]consult.Actor{"public": public, "admin": admin, "officer": officer, "analyst": analyst, "councillor": councillor, "auditor": auditor,
		"a role there is not": {ID: "u-x", Role: "mayor"}, "no role": {ID: "u-y"}, "somebody called portal": {ID: models.ActorPortal, Role: "councillor"}}
	actor, contextType := reflect.TypeFor[consult.Actor](), reflect.TypeFor[context.Context]()
	service := reflect.ValueOf(k.Service)
	named := map[string]bool{}
	for i := range service.NumMethod() {
		m := service.Type().Method(i)
		named[m.Name] = true
		line, listed := access[m.Name]
		if !listed {
			t.Errorf("%s has no line in the table of access: say who may call it", m.Name)
			continue
		}
		at := -1
		for j := 1; j < m.Type.NumIn(); j++ {
			if m.Type.In(j) == actor {
				at = j
			}
		}
		if asks := at > 0; asks == (line == "open" || line == "portal") {
			t.Errorf("%s takes an actor: %v, but its line says %q", m.Name, asks, line)
			continue
		}
		if at < 0 {
			continue
		}
		for name, who := range callers {
			// Whoever may not is refused whatever else is wrong.
			for _, text := range []string{c.ID, ""} {
				args := make([]reflect.Value, m.Type.NumIn())
				for j := range args {
					args[j] = reflect.Zero(m.Type.In(j))
				}
				for j := 1; j < len(args); j++ {
					switch m.Type.In(j) {
					case contextType:
						args[j] = reflect.ValueOf(ctx)
					case actor:
						args[j] = reflect.ValueOf(who)
					case reflect.TypeFor[*models.Consultation]():
						copied := *c
						args[j] = reflect.ValueOf(&copied)
					case reflect.TypeFor[string]():
						args[j] = reflect.ValueOf(text)
					case reflect.TypeFor[models.Status]():
						args[j] = reflect.ValueOf(models.StatusDraft)
					}
				}
				args[0] = service
				if m.Name == "Import" {
					args[4] = reflect.ValueOf(strings.NewReader(""))
				}
				call := m.Func.Call
				if m.Func.Type().IsVariadic() {
					call = m.Func.CallSlice
				}
				out := call(args)
				err, _ := out[len(out)-1].Interface().(error)
				kind := models.KindOf(err)
				refused := err != nil && (kind == models.KindForbidden || kind == models.KindSignedOut)
				if may := slices.Contains(strings.Fields(line), name) || (name == "somebody called portal" && slices.Contains(strings.Fields(line), "councillor")); may == refused {
					if m.Name == "Consultation" || m.Name == "Consultations" {
						continue // public; what is shown of drafts is tested below
					}
					t.Errorf("%s by %s: refused %v (%v), want %v", m.Name, name, refused, err, !may)
				}
				if refused && who.ID == "" && kind != models.KindSignedOut {
					t.Errorf("%s by %s: %v, want to be asked to sign in", m.Name, name, err)
				}
				if refused {
					for j := range len(out) - 1 {
						if !out[j].IsZero() {
							t.Errorf("%s by %s was refused and yet returned %v", m.Name, name, out[j])
						}
					}
				}
			}
		}
		// The portal's own work may do everything.
		if !consult.Portal.May(consult.ReadOriginal) || !consult.Portal.May(consult.ManageUsers) {
			t.Error("the portal may not do everything")
		}
	}
	for name := range access {
		if !named[name] {
			t.Errorf("the table of access has a line for %s, which is no method", name)
		}
	}
}

// Drafts do not exist for the public.
func TestDraftConsultationsAreHidden(t *testing.T) {
	k := one(t)
	_, err := k.SaveConsultation(ctx, officer, "x.yaml", []byte(invented))
	noError(t, err)
	_, err = k.Consultation(ctx, public, "lantern-square")
	wantKind(t, "a draft", err, models.KindNotFound)
	_, missing := k.Consultation(ctx, public, "nowhere")
	if err.Error() != missing.Error() {
		t.Errorf("a draft can be told from nothing: %q, %q", err, missing)
	}
	c, err := k.Consultation(ctx, officer, "lantern-square")
	noError(t, err)
	_, err = k.StartDraft(ctx, c, "en", "")
	wantKind(t, "answering a draft", err, models.KindClosed)
	list, err := k.Consultations(ctx, public)
	if err != nil || len(list) != 0 {
		t.Errorf("the public sees %d drafts (%v)", len(list), err)
	}
	for _, who := range []consult.Actor{admin, officer, analyst, councillor, auditor} {
		if _, err := k.Consultation(ctx, who, "lantern-square"); err != nil {
			t.Errorf("%s: %v", who.Role, err)
		}
	}
}

// Nobody can both act and hide the act, and administrators read no testimony.
func TestPermissionsKeepApart(t *testing.T) {
	for _, p := range []consult.Permission{consult.SearchText, consult.SeeThemes, consult.ReadOriginal, consult.ReadAll, consult.LookAgain, consult.KeyIn, consult.ReadContacts, consult.SeeContacts, consult.SeeDraft} {
		if admin.May(p) {
			t.Errorf("administrators may %s", p)
		}
	}
	for _, p := range []consult.Permission{consult.EditThemes, consult.Publish, consult.Configure, consult.ManageUsers, consult.ReadOriginal, consult.ReadAll, consult.LookAgain, consult.KeyIn, consult.ReadContacts} {
		if analyst.May(p) && (p == consult.ReadAll || p == consult.LookAgain || p == consult.KeyIn || p == consult.ReadContacts) {
			t.Errorf("analysts may %s", p)
		}
		if auditor.May(p) || councillor.May(p) {
			t.Errorf("auditors or councillors may %s", p)
		}
		if public.May(p) {
			t.Errorf("the public may %s", p)
		}
	}
	if !public.May(consult.Public) {
		t.Error("what is public is not")
	}
}
