# Writes one issue of the gazette with 100 invented documents of about 8 KB (some 2,700 characters) each.
# usage: awk -v year=2031 -v no=1 -f corpus.awk > issue.txt
function pick(list, n) { return list[int(rand() * n) + 1] }
BEGIN {
	srand(year * 100 + no)
	split("一 二 三 四", head, " ")
	nv = split("排查 整治 巡查 登记 修复 清理 培训 检查 建设 改造 宣传 监测 核实 公示 验收 评估 调度 督办 汇总 完善", verb, " ")
	no_ = split("河道 管网 农田 道路 学校 市场 企业 林地 水库 集镇 村庄 公园 路灯 桥梁 粮仓 沼气 果园 大棚 沟渠 垃圾", noun, " ")
	nt = split("台账 清单 方案 预案 名录 制度 标准 流程 档案 报告", thing, " ")
	nu = split("县水务局 县住建局 县农业农村局 县交通运输局 县教育局 县财政局 县应急管理局 县林业局 县市场监管局 县民政局", unit, " ")
	printf "绛县人民政府公报\n\n%d年第%d期（总第%d期）\n\n%d年12月1日出版\n\n", year, no, (year - 2000) * 12 + no, year
	for (d = 1; d <= 100; d++) {
		n = no * 100 + d
		printf "绛县人民政府办公室\n关于做好%s%s%s和%s%s工作（%d）的通知\n\n绛政办发〔%d〕%d号\n\n", pick(noun, no_), pick(verb, nv), pick(thing, nt), pick(noun, no_), pick(verb, nv), n, year, n
		printf "各乡（镇）人民政府，县直各有关单位：\n\n为做好有关工作，现将事项通知如下（虚构文本，仅供测速）。\n\n"
		for (h = 1; h <= 4; h++) {
			printf "%s、%s%s\n\n", head[h], pick(noun, no_), pick(verb, nv)
			for (i = 1; i <= 6; i++) {
				printf "%d.%s%s。", i, pick(noun, no_), pick(verb, nv)
				for (k = 1; k <= 6; k++)
					printf "对%s和%s逐处%s，建立%s，%s后报%s备案。", pick(noun, no_), pick(noun, no_), pick(verb, nv), pick(thing, nt), pick(verb, nv), pick(unit, nu)
				printf "%d年%d月底前完成。（%s牵头，%s配合）\n\n", year, int(rand() * 12) + 1, pick(unit, nu), pick(unit, nu)
			}
		}
		printf "绛县人民政府办公室\n\n%d年%d月%d日\n\n（此件公开发布）\n\n", year, int(rand() * 11) + 1, int(rand() * 28) + 1
	}
}
