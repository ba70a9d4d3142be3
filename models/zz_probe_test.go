package models_test
import ("testing";"strings";"fmt";"os";"time";"github.com/goccy/go-yaml/lexer")
func TestProbe(t *testing.T){
 n:=1000000
 if s:=os.Getenv("N"); s!="" { fmt.Sscan(s,&n) }
 cases:=map[string]string{
 "seqflow":"a: "+strings.Repeat("[",n)+"\n",
 "mapflow":"a: "+strings.Repeat("{a: ",n/4)+"\n",
 "dash":strings.Repeat("- ",n/2)+"\n",
 "quest":strings.Repeat("? ",n/2)+"\n",
 "bang":strings.Repeat("!a ",n/3)+"\n",
 "amp":strings.Repeat("&a ",n/3)+"\n",
 "colon":strings.Repeat("a: ",n/3)+"\n",
 "lines":strings.Repeat("a\n",n/2),
 "keys":func()string{var b strings.Builder; for i:=0;i<n/10;i++{fmt.Fprintf(&b,"k%d: 1\n",i)};return b.String()}(),
 "indent":func()string{var b strings.Builder; for i:=0;i<1300;i++{b.WriteString(strings.Repeat(" ",i)+"a:\n")};return b.String()}(),
 "docs":strings.Repeat("---\n",n/4),
 "quotes":strings.Repeat("\"",n),
 "comments":strings.Repeat("# a\n",n/4),
 "spaces":"a:"+strings.Repeat(" ",n),
 "bigscalar":"title: "+strings.Repeat("x",n),
 "folded":"title: >\n"+strings.Repeat("  x\n",n/4),
 "literal":"title: |\n"+strings.Repeat("  x\n",n/4),
 "plainmulti":"title: a\n"+strings.Repeat("  x\n",n/4),
 "dquotemulti":"title: \"a\n"+strings.Repeat("  x\n",n/4)+"\"\n",
 "newlines":"title: \"a"+strings.Repeat("\n",n)+"\"\n",
 "blank":"title: a"+strings.Repeat("\n",n)+"b: c\n",
 }
 which:=os.Getenv("CASE")
 for k,s:=range cases{ if which!=""&&which!=k{continue}
  start:=time.Now(); toks:=lexer.Tokenize(s); fmt.Println(k,len(s),time.Since(start),len(toks))}
}
