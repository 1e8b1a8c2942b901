package web

import (
	"net/url"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// In a browser, the page of a response follows its log by itself, but not under the hands of somebody who writes; a unit's task is
// reported from the telephone's page by its script.
func TestEmergencyInABrowser(t *testing.T) {
	clock := dbtest.At("2031-06-08")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	caseSeats(s)
	s.seat("住建", "县住房和城乡建设管理局", "经办人")
	s.want(s.post("副县长", "/emergencies", url.Values{"plan": {"construction"}, "level": {"3"}, "title": {"示例工地塌方"}, "area": {"古绛镇"}, "says": {"三人被困"}, "drill": {"0"}}), 303)
	v := s.browse("副县长", 1200, 900)
	const look = `document.dispatchEvent(new Event('visibilitychange')), ` // as every few seconds
	v.open("/emergencies/1")
	v.until(`document.getElementById('follow').dataset.revision > 0`)
	s.want(s.post("副县长", "/emergencies/1/note", url.Values{"words": {"救护车已到"}}), 303)
	v.until(look + `document.getElementById('log').textContent.includes('救护车已到')`)
	v.until(`document.querySelector('details.act').open = true`)
	v.until(`(e => { e.value = '正在写'; e.dispatchEvent(new Event('input', { bubbles: true })); return true; })(document.getElementById('note-words'))`)
	s.want(s.post("副县长", "/emergencies/1/note", url.Values{"words": {"又救出一人"}}), 303)
	v.until(look + `document.querySelector('.livebar') && document.querySelector('.livebar').textContent.includes('您正在填写')`)
	v.until(`document.getElementById('note-words').value === '正在写' && !document.getElementById('log').textContent.includes('又救出一人')`)

	v.as = "住建"
	v.open("/emergencies/1/tasks/1")
	v.until(`document.getElementById('words') && !document.getElementById('send').disabled`)
	time.Sleep(500 * time.Millisecond) // the script has looked for what it kept
	v.until(`(e => { e.value = '已报总值班室'; e.dispatchEvent(new Event('input', { bubbles: true })); document.querySelector('[name=state][value=done]').click(); return true; })(document.getElementById('words'))`)
	v.until(`document.getElementById('send').click(), true`)
	v.until(`document.querySelector('.state').textContent.includes('已完成') && document.getElementById('main').textContent.includes('反馈已送达指挥机构')`)
}
