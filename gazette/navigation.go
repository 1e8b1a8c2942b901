package gazette

import (
	"strings"

	"zhixing/calendar"
)

// indexLabels are the fields of the index table that government web sites set above a document.
var indexLabels = []string{
	"索引号", "信息索引号", "主题分类", "信息分类", "体裁分类", "组配分类", "公开分类", "发布机构", "发文机关", "发文机构", "发文单位", "发布单位", "公开主体", "公开单位",
	"成文日期", "发布日期", "发文日期", "生成日期", "公开日期", "公开时间", "发布时间", "成文时间", "发文时间", "发文字号", "有效性", "时效性", "效力状态", "公开方式", "公开范围",
	"浏览次数", "浏览量", "阅读次数", "点击次数", "访问次数", "点击数", "内容概述", "统一登记号", "信息名称", "废止日期", "生效日期", "实施日期", "失效日期",
}

// weakLabels are fields of such a table only where one of indexLabels stands near.
var weakLabels = []string{
	"文号", "名称", "标题", "来源", "信息来源", "作者", "主题词", "关键词", "时效", "体裁", "编辑", "责任编辑", "服务对象", "字体", "字号", "时间", "有效", "分类", "文件编号",
}

// pageWords stand in the menus and footers of web pages.
var pageWords = []string{
	"当前位置：", "您的位置：", "所在位置：", "当前位置:", "您的位置:", "所在位置:", "首页>", "打印本页", "关闭窗口", "关闭本页", "扫一扫在", "返回顶部", "上一篇：", "下一篇：", "上一条：", "下一条：", "上一篇:", "下一篇:",
	"版权所有", "ICP备", "网站标识码", "公网安备", "网站地图", "技术支持：", "承办：", "承办单位：", "主办单位：", "分享到", "字体：", "【字体", "【大中小】", "无障碍浏览", "我要纠错",
	"附件下载", "文件下载", "【打印】", "【关闭】", "[打印]", "[关闭]", "浏览次数", "浏览量", "阅读次数", "点击次数", "收藏本页",
}

// isPageLine reports a line of a menu or a footer. What is numbered or ends a sentence is text, whatever it says.
func isPageLine(b string) bool {
	if len(b) > 240 || strings.Contains(b, "。") || !containsAny(b, pageWords) {
		return false
	}
	_, numbered := parseMark(b)
	return !numbered
}

// webFacts is what the index table of a web page says of the document below it.
type webFacts struct {
	no, issuer string
	signedOn   calendar.Date
}

// markNavigation names what a web page sets round a document, and reads the facts of its index table.
func markNavigation(source string, lines []line) webFacts {
	var facts webFacts
	end := indexEnd(source, lines)
	for i := 0; i < end; i++ {
		setNoise(&lines[i], Navigation)
	}
	facts.read(source, lines[:end])
	foot := -1 // first line of what may be a footer
	drop := func(end int) {
		for k := foot; foot >= 0 && k < end; k++ {
			setNoise(&lines[k], Navigation)
		}
		foot = -1
	}
	for i := end; i < len(lines); i++ {
		s := lines[i].textOf(source)
		if len(s) > 1500 {
			foot = -1
			continue
		}
		b := s
		if len(s) <= 300 {
			b = bare(s)
		}
		switch {
		case isHeadLine(s):
			if i > 0 && isNumberLine(lines[i-1].textOf(source)) {
				drop(i - 1)
			}
			drop(i)
		case isRunning(b) || lines[i].noise == Colophon:
			foot = -1 // text goes on below: no footer
		case foot < 0 && isPageLine(b):
			foot = i
		}
	}
	drop(len(lines))
	return facts
}

// isRunning reports a line that must be text: a sentence, or a numbered paragraph.
func isRunning(b string) bool {
	m, ok := parseMark(b)
	return ok && m.style <= hanRoundStyle || runes(b) > 25 && strings.Contains(b, "。")
}

// indexEnd is where the index table above the first document ends; 0 where there is none.
func indexEnd(source string, lines []line) int {
	end, strong, near := 0, false, -1
	for i := 0; i < len(lines) && i < 120; i++ {
		ln := &lines[i]
		s := ln.textOf(source)
		if len(s) > 1500 || isRunning(bare(s)) {
			break
		}
		label, value, ok := indexLabel(s)
		switch {
		case ok && contains(indexLabels, label):
			strong, near, end = true, i, i+1
			if value == "" && i+1 < len(lines) && isValue(label, bare(lines[i+1].textOf(source))) {
				end = i + 2
			}
		case ok && contains(weakLabels, label) && (near >= 0 && i-near < 12 || nextIsIndex(source, lines, i)):
			near, end = i, i+1
			if value == "" && i+1 < len(lines) && isValue(label, bare(lines[i+1].textOf(source))) {
				end = i + 2
			}
		case isPageLine(bare(s)):
			end = i + 1
		}
	}
	if !strong {
		for end > 0 && !isPageLine(bare(lines[end-1].textOf(source))) {
			end--
		}
	}
	return end
}

// isValue reports whether the line below an empty field can be its value rather than the title of the document.
func isValue(label, below string) bool {
	if label == "名称" || label == "标题" || label == "信息名称" {
		return true
	}
	_, plan := hasAnySuffix(stripTitle(below), planKinds[:19])
	return !plan && !isTitle(below)
}

// nextIsIndex reports whether a sure field of an index table follows soon.
func nextIsIndex(source string, lines []line, i int) bool {
	for k := i + 1; k < len(lines) && k < i+6; k++ {
		if label, _, ok := indexLabel(lines[k].textOf(source)); ok && contains(indexLabels, label) {
			return true
		}
	}
	return false
}

func contains(list []string, s string) bool {
	for _, w := range list {
		if w == s {
			return true
		}
	}
	return false
}

// indexLabel reads 索 引 号：123, [ 索引号 ] 123 and • 索引号:
func indexLabel(s string) (label, value string, ok bool) {
	s = strings.TrimLeft(s, "•·●-*【[ 　\t")
	at := strings.IndexAny(s, "：:]】")
	if at < 0 || at > 60 {
		return "", "", false
	}
	label = bare(s[:at])
	value = strings.TrimLeft(s[at:], "：:]】 　\t")
	return label, value, runes(label) <= 6
}

// read takes number, date and issuer from the lines of an index table. Several fields may stand on one line, and a
// value on the line below its label.
func (f *webFacts) read(source string, lines []line) {
	wanted := ""
	for i := range lines {
		s := bare(lines[i].textOf(source))
		f.field(wanted, s)
		wanted = ""
		for _, label := range []string{"发文字号", "文号", "成文日期", "发布机构", "发文机关", "发文机构"} {
			at := strings.Index(s, label)
			if at < 0 {
				continue
			}
			value := strings.TrimLeft(s[at+len(label):], "]】：:")
			if value == "" {
				wanted = label
			}
			f.field(label, value)
		}
	}
}

func (f *webFacts) field(label, value string) {
	switch label {
	case "发文字号", "文号":
		if d, ok := findDocNo(value); ok && d.Start == 0 && f.no == "" {
			f.no = d.no
		}
	case "成文日期":
		if d, ok := findDate(value); ok && d.Start == 0 && f.signedOn.IsZero() {
			f.signedOn = d.date
		}
	case "发布机构", "发文机关", "发文机构":
		if _, ok := hasAnySuffix(value, offices); ok && f.issuer == "" && runes(value) < 30 {
			f.issuer = value
		}
	}
}
