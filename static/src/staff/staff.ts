// What staff pages do beyond links and forms. Every page works without it.
import "htmx.org";
import "./csrf";
import "./once";
import "./messages";
import "./focus";
import "./menu";
import "./copy";
import "./polling";
import "./hand";
