package web

var open311Routes = []route{}
