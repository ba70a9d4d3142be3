package web

import (
	"net/http"
	"strings"

	"heard/app/consult"
)

// route is one address with the permission it needs. Everything under /staff
// that needs none is listed as Public here and nowhere else.
type route struct {
	method, path string
	need         consult.Permission
	handle       handler
}

func (r route) staff() bool { return r.path == "/staff" || strings.HasPrefix(r.path, "/staff/") }

// StaffPages returns the addresses that staff open, as they are in the table, so
// that a check of pages can tell whether it left one out.
func StaffPages() (list []string) {
	for _, r := range routes {
		if r.method == get && r.staff() {
			list = append(list, r.path)
		}
	}
	return list
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

var routes = []route{
	{get, "/", consult.Public, (*portal).home},
	{get, "/healthz", consult.Public, (*portal).healthz},
	{get, "/readyz", consult.Public, (*portal).readyz},
	{get, "/exit", consult.Public, (*portal).exit},
	{get, "/privacy", consult.Public, (*portal).privacy},
	{get, "/accessibility", consult.Public, (*portal).accessibility},
	{get, "/safety", consult.Public, (*portal).safety},

	{get, "/:consultation", consult.Public, (*portal).start},
	{get, "/:consultation/c/:card", consult.Public, (*portal).card},
	{get, "/:consultation/paper", consult.Public, (*portal).showPaper},
	{get, "/:consultation/result", consult.Public, (*portal).showResult},
	{post, "/:consultation/result", consult.Public, (*portal).changeResult},
	{get, "/:consultation/respond", consult.Public, (*portal).begin},
	{post, "/:consultation/respond", consult.Public, (*portal).respond},
	{get, "/:consultation/respond/saved", consult.Public, (*portal).showSaved},
	{post, "/:consultation/respond/leave", consult.Public, (*portal).leave},
	{get, "/:consultation/respond/equality", consult.Public, (*portal).showEquality},
	{post, "/:consultation/respond/equality", consult.Public, (*portal).answerEquality},
	{get, "/:consultation/respond/check", consult.Public, (*portal).showCheck},
	{post, "/:consultation/respond/check", consult.Public, (*portal).send},
	{get, "/:consultation/respond/:step", consult.Public, (*portal).showStep},
	{post, "/:consultation/respond/:step", consult.Public, (*portal).answerStep},
	{get, "/:consultation/receipt", consult.Public, (*portal).showReceipt},
	{post, "/:consultation/receipt", consult.Public, (*portal).useReceipt},
	{get, "/:consultation/report", consult.Public, (*portal).showReport},
	{get, "/:consultation/report.docx", consult.Public, reportIn("docx")},
	{get, "/:consultation/report.pdf", consult.Public, reportIn("pdf")},
	{get, "/:consultation/report.xlsx", consult.Public, reportIn("xlsx")},
	{get, "/:consultation/report.csv", consult.Public, reportIn("csv")},
	{get, "/:consultation/report.json", consult.Public, reportIn("json")},
	{get, "/:consultation/report-dictionary.csv", consult.Public, reportIn("dictionary")},
	{get, "/:consultation/report/heard-once", consult.Public, (*portal).heardOnce},
	{get, "/feed", consult.Public, (*portal).portalFeed},
	{get, "/:consultation/feed", consult.Public, (*portal).consultationFeed},
	{get, "/:consultation/report/:version", consult.Public, (*portal).showVersion},
	{get, "/:consultation/report/:version/:file", consult.Public, (*portal).versionFile},
	{get, "/:consultation/summary", consult.Public, (*portal).showSummary},
	{get, "/:consultation/answers", consult.Public, (*portal).showAnswers},
	{get, "/:consultation/log/", consult.Public, (*portal).showLog},
	{get, "/:consultation/log/checkpoint", consult.Public, (*portal).logCheckpoint},
	{get, "/:consultation/log/leaves", consult.Public, (*portal).logLeaves},
	{get, "/:consultation/log/key", consult.Public, (*portal).logKey},
	{get, "/:consultation/log/manifests", consult.Public, (*portal).logManifests},
	{get, "/:consultation/log/openings", consult.Public, (*portal).logOpenings},
	{get, "/:consultation/log/texts", consult.Public, (*portal).logTexts},

	{get, "/staff/sign-in", consult.Public, (*portal).showSignIn},
	{post, "/staff/sign-in", consult.Public, (*portal).signIn},
	{post, "/staff/sign-out", consult.Public, (*portal).signOut},
	{get, "/staff/welcome", consult.Public, (*portal).showWelcome},
	{post, "/staff/welcome", consult.Public, (*portal).welcome},
	{post, "/staff/passkey", consult.Public, (*portal).passkey},
	{get, ssoPath, consult.Public, (*portal).beginSSO},
	{get, ssoBackPath, consult.Public, (*portal).finishSSO},
	{get, proveAddress, consult.OwnAccount, (*portal).showProve},
	{post, proveAddress, consult.OwnAccount, (*portal).prove},
	{get, accountAddress, consult.OwnAccount, (*portal).showAccount},
	{post, accountAddress, consult.OwnAccount, (*portal).changeAccount},
	{get, "/staff/account/app", consult.ChangeSignIn, (*portal).showCodeApp},
	{post, "/staff/account/app", consult.ChangeSignIn, (*portal).addCodeApp},
	{get, "/staff/account/passkey", consult.ChangeSignIn, (*portal).showPasskey},
	{post, "/staff/account/passkey", consult.ChangeSignIn, (*portal).addPasskey},

	{get, "/staff", consult.SeeDesk, (*portal).desk},
	{post, "/staff", consult.Configure, (*portal).createConsultation},
	{get, "/staff/audit", consult.ReadAudit, (*portal).showAudit},
	{get, "/staff/audit.csv", consult.ReadAudit, (*portal).exportAudit},
	{get, "/staff/users", consult.SeeUsers, (*portal).showUsers},
	{post, "/staff/users", consult.ManageUsers, (*portal).changeUsers},
	{get, "/staff/:consultation/search", consult.SearchText, (*portal).showSearch},
	{get, "/staff/:consultation/search.csv", consult.TakeAway, (*portal).exportSearch},
	{get, "/staff/:consultation/kept", consult.KeepOwn, (*portal).showKept},
	{post, "/staff/:consultation/kept", consult.KeepOwn, (*portal).changeKept},
	{get, "/staff/:consultation/notes.csv", consult.TakeAway, (*portal).exportNotes},
	{get, "/staff/:consultation/submissions/:id", consult.SearchText, (*portal).showSubmission},
	{post, "/staff/:consultation/submissions/:id", consult.LookAgain, (*portal).lookAgain},
	{get, "/staff/:consultation/submissions/:id/files/:file", consult.SearchText, (*portal).showAttached},
	{post, "/staff/:consultation/submissions/:id/files/:file", consult.ReadAll, (*portal).letOpen},
	{get, "/staff/:consultation/submissions/:id/files/:file/download", consult.SearchText, (*portal).openFile},
	{get, "/staff/:consultation/reading", consult.ReadAll, (*portal).showQueue},
	{post, "/staff/:consultation/reading", consult.ReadAll, (*portal).readNext},
	{get, "/staff/:consultation/reading/:id", consult.ReadAll, (*portal).showReading},
	{post, "/staff/:consultation/reading/:id", consult.ReadAll, (*portal).read},
	{get, "/staff/:consultation/redactions", consult.Redact, (*portal).showRedactions},
	{post, "/staff/:consultation/redactions", consult.Redact, (*portal).nextRedaction},
	{get, "/staff/:consultation/redactions/refused", consult.SeeRefusals, (*portal).showRefused},
	{get, "/staff/:consultation/submissions/:id/redact", consult.Redact, (*portal).showRedact},
	{post, "/staff/:consultation/submissions/:id/redact", consult.Redact, (*portal).redact},
	{get, "/staff/:consultation/attention", consult.LookAgain, (*portal).showAttention},
	{get, "/staff/:consultation/attention/pile", consult.LookAgain, shows((*portal).pilePage)},
	{post, "/staff/:consultation/attention/pile", consult.LookAgain, (*portal).emptyPile},
	{get, "/staff/:consultation/keying", consult.KeyIn, (*portal).showKeying},
	{post, "/staff/:consultation/keying", consult.KeyIn, (*portal).openBatch},
	{get, "/staff/:consultation/keying/:batch", consult.KeyIn, shows((*portal).batchPage)},
	{post, "/staff/:consultation/keying/:batch/forms/:form/slip", consult.KeyIn, (*portal).slip},
	{post, "/staff/:consultation/keying/:batch/days", consult.KeyIn, (*portal).correctBatch},
	{post, "/staff/:consultation/keying/:batch", consult.KeyIn, (*portal).finishBatch},
	{get, "/staff/:consultation/keying/:batch/new", consult.KeyIn, (*portal).showNewForm},
	{post, "/staff/:consultation/keying/:batch/new", consult.KeyIn, (*portal).keyForm},
	{get, "/staff/:consultation/keying/:batch/check", consult.KeyIn, (*portal).showSecond},
	{post, "/staff/:consultation/keying/:batch/check", consult.KeyIn, (*portal).checkForm},
	{get, "/staff/:consultation/keying/:batch/forms/:form", consult.KeyIn, shows((*portal).formPage)},
	{post, "/staff/:consultation/keying/:batch/forms/:form", consult.KeyIn, (*portal).settleForm},
	{get, "/staff/:consultation/keying/:batch/forms/:form/correct", consult.KeyIn, (*portal).showCorrect},
	{post, "/staff/:consultation/keying/:batch/forms/:form/correct", consult.KeyIn, (*portal).correct},
	{get, "/staff/:consultation/import", consult.KeyIn, (*portal).showImport},
	{post, "/staff/:consultation/import", consult.KeyIn, (*portal).changeImport},
	{get, "/staff/:consultation/contacts", consult.SeeContacts, shows((*portal).contactsPage)},
	{post, "/staff/:consultation/contacts", consult.ReadContacts, (*portal).changeContacts},
	{get, "/staff/:consultation/themes", consult.SeeThemes, shows((*portal).themesPage)},
	{post, "/staff/:consultation/themes", consult.EditThemes, (*portal).changeThemes},
	{get, "/staff/:consultation/themes/:id", consult.EditThemes, (*portal).showTheme},
	{post, "/staff/:consultation/themes/:id", consult.EditThemes, (*portal).changeTheme},
	{get, "/staff/:consultation/frame", consult.EditThemes, (*portal).showFrameVersions},
	{get, "/staff/:consultation/code", consult.EditThemes, (*portal).showCode},
	{post, "/staff/:consultation/code", consult.EditThemes, (*portal).code},
	{get, "/staff/:consultation/report", consult.SeeDraft, (*portal).showDraft},
	{get, "/staff/:consultation/findings", consult.SeeDraft, shows((*portal).writingPage)},
	{get, "/staff/:consultation/findings/:id", consult.SeeDraft, (*portal).showFinding},
	{post, "/staff/:consultation/findings/:id", consult.WriteReport, (*portal).changeFinding},
	{get, "/staff/:consultation/sections/:id", consult.SeeDraft, (*portal).showSection},
	{post, "/staff/:consultation/sections/:id", consult.WriteReport, (*portal).changeSection},
	{get, "/staff/:consultation/population/:id", consult.SeeDraft, (*portal).showPopulation},
	{post, "/staff/:consultation/population/:id", consult.WriteReport, (*portal).changePopulation},
	{get, "/staff/:consultation/report.docx", consult.TakeDraft, draftIn("docx")},
	{get, "/staff/:consultation/report.pdf", consult.TakeDraft, draftIn("pdf")},
	{get, "/staff/:consultation/report.xlsx", consult.TakeDraft, draftIn("xlsx")},
	{get, "/staff/:consultation/report.csv", consult.TakeDraft, draftIn("csv")},
	{get, "/staff/:consultation/report.json", consult.TakeDraft, draftIn("json")},
	{get, "/staff/:consultation/report-dictionary.csv", consult.TakeDraft, draftIn("dictionary")},
	{get, "/staff/:consultation/report/heard-once", consult.SeeDraft, (*portal).heardOnceDraft},
	{get, "/staff/:consultation/report/ledger.csv", consult.TakeDraft, (*portal).ledger},
	{get, "/staff/:consultation/versions", consult.SeeDraft, shows((*portal).versionsPage)},
	{post, "/staff/:consultation/versions", consult.Publish, (*portal).changeVersions},
	{get, "/staff/:consultation/versions/proposed", consult.SeeDraft, (*portal).showProposed},
	{get, "/staff/:consultation/pack", consult.ReadPack, (*portal).showPack},
	{post, "/staff/:consultation/pack", consult.ReadPack, (*portal).readPart},
	{get, "/staff/:consultation/objections", consult.LookAgain, shows((*portal).objectionsPage)},
	{post, "/staff/:consultation/objections", consult.LookAgain, (*portal).decideObjection},
	{get, "/staff/:consultation/essentials", consult.Configure, (*portal).showEssentials},
	{post, "/staff/:consultation/essentials", consult.Configure, (*portal).changeEssentials},
	{get, "/staff/:consultation/preview", consult.Configure, (*portal).showPreview},
	{get, "/staff/:consultation/preview/:path/:step", consult.Configure, (*portal).showPreviewStep},
	{post, "/staff/:consultation/preview/:path/:step", consult.Configure, (*portal).previewStep},
	{get, "/staff/:consultation/settings", consult.Configure, shows((*portal).settingsPage)},
	{post, "/staff/:consultation/settings", consult.Configure, (*portal).changeSettings},

	{get, "/staff/:consultation/duties", consult.SeeDuties, shows((*portal).dutiesPage)},
	{post, "/staff/:consultation/duties", consult.KeepDuties, (*portal).changeDuties},
	{get, "/staff/:consultation/duties.ics", consult.SeeDuties, (*portal).dutyCalendar},
	{get, "/staff/:consultation/duties/:number", consult.SeeDuties, (*portal).showDuty},
	{post, "/staff/:consultation/duties/:number", consult.KeepDuties, (*portal).recordDuty},
	{get, "/staff/:consultation/register", consult.SeeDuties, (*portal).showRegister},
	{get, "/staff/:consultation/register/:id", consult.SeeDuties, (*portal).showEntry},
	{post, "/staff/:consultation/register/:id", consult.KeepDuties, (*portal).changeEntry},
	{get, "/staff/:consultation/requests", consult.SeeRequests, (*portal).showRequests},
	{post, "/staff/:consultation/requests", consult.Erase, (*portal).setRetention},
	{get, "/staff/:consultation/requests/:id", consult.SeeRequests, (*portal).showRequest},
	{post, "/staff/:consultation/requests/:id", consult.KeepRequests, (*portal).changeRequest},
	{get, "/staff/:consultation/submissions/:id/erase", consult.KeepRequests, (*portal).showErase},
	{post, "/staff/:consultation/submissions/:id/erase", consult.KeepRequests, (*portal).askErasure},
	{get, "/:consultation/calendar/:token", consult.Public, (*portal).sharedCalendar},
}
