package gazette

import (
	"strings"
	"unicode/utf8"
)

// traditional pairs the traditional characters of the words that this package looks for with the simplified ones.
// Both take three bytes, so a text keeps its offsets.
const traditional = "與与業业兩两個个為为舉举鄉乡書书於于產产從从價价會会體体黨党關关內内農农減减劃划別别辦办務务動动區区協协單单廠厂廳厅縣县參参發发號号後后員员團团園园場场處处備备複复復复頭头婦妇學学" +
	"實实審审對对導导將将屬属並并應应開开當当徹彻態态總总執执報报擔担據据無无時时機机權权條条構构標标檢检註注點点牽牵環环現现電电監监稅税類类係系級级組组織织統统續续網网職职聯联節节規规" +
	"視视認认記记證证說说調调負负責责貫贯資资賽赛過过這这進进郵邮銀银鎮镇長长門门間间隊队項项領领館馆專专畝亩億亿傳传啟启圍围圖图塊块聲声師师廢废錄录歸归換换術术來来欄栏樓楼漢汉沒没濟济" +
	"瀏浏狀状確确種种稱称糾纠紀纪綱纲線线細细經经繼继編编藝艺補补見见覽览訂订計计議议講讲訪访識识詞词試试話话詳详請请讀读譽誉轉转載载輛辆輯辑釋释裡里鏈链錯错鍵键閉闭問问閱阅階阶隨随頁页" +
	"頂顶顧顾預预題题驟骤寫写決决準准擊击則则刪删臺台噸吨廣广掃扫碼码礙碍簡简財财數数車车辭辞醫医衛卫衞卫檔档儀仪們们眾众習习護护運运達达還还違违遠远適适選选銷销險险難难顯显風风飛飞驗验" +
	"齊齐麗丽約约紅红綠绿緊紧絕绝給给緣缘練练縮缩績绩繳缴羅罗義义聖圣聽听肅肃脅胁腦脑興兴舊旧艦舰莊庄華华萬万葉叶蘇苏蘭兰虛虚蟲虫裝装覺觉觸触訊讯訓训許许設设評评診诊詢询該该誌志語语誠诚" +
	"誤误課课談谈論论諮咨諸诸謀谋謝谢變变讓让豐丰貢贡貨货販贩貧贫貸贷費费賀贺賃赁賓宾賞赏賠赔質质購购贈赠趕赶跡迹軍军軌轨軟软較较輔辅輕轻輪轮輸输連连遊游遞递遺遗鄭郑鄰邻釘钉針针鋼钢錢钱" +
	"鍋锅鐵铁鑒鉴閒闲閣阁陝陕陣阵陰阴陳陈陸陆陽阳際际雖虽雙双雜杂雞鸡離离靈灵靜静頒颁頓顿頻频額额願愿飲饮飼饲養养馬马駐驻駕驾騎骑騰腾驅驱魚鱼鮮鲜鳥鸟鹽盐麥麦黃黄龍龙優优儲储償偿兒儿凍冻" +
	"凱凯劇剧劑剂勞劳勝胜勢势勵励匯汇卻却厲厉吳吴呂吕嗎吗嚴严國国圓圆塗涂墊垫墳坟壓压壞坏壯壮夢梦夠够奪夺獎奖寶宝尋寻層层嶺岭島岛峽峡幣币幫帮幹干幾几廟庙彈弹強强徵征憂忧憲宪懲惩懷怀戰战" +
	"戶户掛挂採采揚扬損损搶抢撥拨撲扑擁拥擇择擋挡擬拟擴扩攔拦攜携敵敌斷断暢畅暫暂曆历東东棄弃極极榮荣樣样橋桥樹树櫃柜歐欧歲岁歷历殘残毀毁氣气況况洩泄淨净淺浅測测渾浑湯汤溝沟溫温滅灭滾滚" +
	"滿满漁渔潔洁潛潜澤泽濕湿濱滨灣湾災灾煙烟煉炼熱热燈灯燒烧營营爐炉爭争牆墙狹狭猶犹獨独獲获獻献畢毕畫画異异療疗盜盗盡尽盤盘礦矿禮礼積积穩稳窮穷竊窃競竞筆笔範范築筑簽签籌筹糧粮純纯納纳" +
	"紙纸紛纷紡纺終终結结絲丝維维綜综緩缓縱纵罰罚罷罢羣群膽胆臨临艱艰藍蓝藥药衝冲製制親亲觀观佈布"

// toSimplified is the other half of traditional.
var toSimplified = func() map[rune]rune {
	m := map[rune]rune{}
	pairs := []rune(traditional)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}()

// isTraditional reports characters that no official text in traditional characters does without.
func isTraditional(r rune) bool {
	return r == '關' || r == '縣' || r == '號' || r == '辦' || r == '責'
}

// writtenTraditional reports whether a text is written in traditional characters; one that slipped in here and there,
// as printers' fonts have it, is none.
func writtenTraditional(s string) bool {
	n, least := 0, 3+len(s)/3000
	for rest := s; n < least; n++ {
		i := strings.IndexFunc(rest, isTraditional)
		if i < 0 {
			return false
		}
		rest = rest[i+3:]
	}
	return true
}

// simplified gives the text with the words that matter in simplified characters, byte for byte as long as it was.
func simplified(s string) string {
	if !writtenTraditional(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if t, ok := toSimplified[r]; ok {
			b.WriteRune(t)
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// restore gives the nodes the characters that were printed, where they were read in simplified ones. The facts about
// a document stay in simplified characters.
func (r *reader) restore(source string) {
	if source == r.source {
		return
	}
	for _, d := range r.issue.Documents {
		d.Walk(func(n *Node) {
			if !n.mended {
				n.restore(source)
			}
		})
	}
}

// restore writes the text of a node again from its spans, character for character, white space as it is.
func (n *Node) restore(source string) {
	var printed strings.Builder
	for _, sp := range n.Spans {
		printed.WriteString(bare(source[sp.Start:sp.End]))
	}
	from := printed.String()
	plain := bare(n.Text)
	if len(from) != len(plain) {
		return
	}
	if at := strings.Index(plain, n.Title); at >= 0 {
		n.Title = from[at : at+len(n.Title)]
	}
	n.Mark = from[:min(len(from), len(n.Mark))]
	var b strings.Builder
	for _, r := range n.Text {
		if isSpace(r) {
			b.WriteRune(r)
			continue
		}
		c, size := utf8.DecodeRuneInString(from)
		if c == utf8.RuneError && size == 1 {
			b.WriteString(from[:1])
		} else {
			b.WriteRune(c)
		}
		from = from[size:]
	}
	n.Text = b.String()
}
