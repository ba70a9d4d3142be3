package web
import ("testing";"time";"heard/app/consult";"net/url")
func TestTry(t *testing.T){
 p:=newPortal(t)
 s:=time.Now(); p.loadDemo(); t.Log("load",time.Since(s))
 s=time.Now(); must(t,p.service.RefreshThemes(t.Context(),p.demo.ID)); t.Log("themes",time.Since(s))
 s=time.Now(); _,err:=p.service.Reindex(t.Context()); must(t,err); t.Log("index",time.Since(s))
 s=time.Now(); p.demo=p.publish(p.demo); t.Log("publish",time.Since(s))
 b:=p.browser()
 for _,a:=range []string{"/","/privacy","/accessibility","/pspo-renewal","/pspo-renewal/report","/pspo-renewal/log/","/pspo-renewal/receipt"}{
  pg:=b.get(a); t.Log(a,pg.wire,len(pg.body),pg.title())
 }
 r,err:=p.service.Report(t.Context(),p.demo); must(t,err); t.Log(len(r.RollCall.Entries))
 _ = consult.Portal; _ = url.Values{}
 t.Log(p.logged.String())
}
