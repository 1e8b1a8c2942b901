package web

var caseOpenRoutes = []route{}
