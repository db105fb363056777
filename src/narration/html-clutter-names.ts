/*
 * Names (`class`, `id`) that the makers of sites, themes and plug-ins give to what stands around a text. Each is looked for among the words of a
 * name, which are parted by case, `-`, `_` and the like: "postShareButtons" and "post-share-buttons" are the same.
 */

const advertising = `ad|ads|adv|advert|adverts|advertise|advertisement|advertisements|advertising|advertorial|adsense|adsbygoogle|adslot|adunit|
  adbox|adcontainer|adwrapper|dfp|sponsor|sponsors|sponsored|promoted|taboola|outbrain|mgid|revcontent|iklan`;

const consent = `cookie|cookies|cookiebot|consent|gdpr|ccpa|onetrust`;

const sharing = `share|shares|sharing|sharebar|sharebox|sharethis|sharedaddy|addthis|addtoany|a2a-kit|social|socials|socialmedia|bagikan|
  follow-us|follow-buttons?`;

const newsletters = `newsletter|newsletters|subscribe|subscriber|subscription|sign-?up|mailing-list|mailchimp|mc-embed|opt-?in|langganan|
  berlangganan|paywall|regwall`;

const related = `related|relatedposts|recommended|recommendations?|recirc|recirculation|read-?more|read-?next|readnext|
  more-(?:stories|news|from|posts|articles|like|on)|also-(?:read|like)|you-may|baca-?juga|terkait|popular|terpopuler|trending|
  most-(?:read|popular|viewed)|up-?next|next-(?:article|story|post)|see-?also|suggested|suggestions|similar|teasers?`;

const comments = `comments|commentlist|comment-(?:list|section|area|box|form|thread|count|link|wrapper|container|feed)|disqus|respond|komentar`;

const navigation = `nav|navs|navbar|navigation|nav-?links|menu|menus|submenu|megamenu|breadcrumbs?|crumbs?|pagination|pager|paging|
  page-numbers|prev-?next|next-?prev|skip-(?:link|links|nav|to)|skiplinks?|toc|table-of-contents|on-this-page|side-?bar|left-rail|right-rail|
  masthead|(?:site|global|page|main)-(?:header|footer|nav)|footer|top-?bar|tool-?bar|off-?canvas|drawer|hamburger|search|search-?(?:form|box|bar)|
  (?:language|lang|locale|version)-(?:switcher|selector|picker|switch|menu)|back-to-top|scroll-(?:top|to-top)|jump-to|edit-(?:this-)?page|
  page-(?:actions|tools)|print-(?:button|link|page|recipe|icon|btn)`;

const wiki = `mw-editsection|editsection|hatnote|navbox|navbox-styles|vertical-navbox|sistersitebox|side-box|ambox|mbox-small|catlinks|
  printfooter|mw-jump-link|mw-indicators|sitesub|content-sub|noprint|infobox|authority-control|portalbox|shortdescription|geo-nondefault`;

const bylines = `byline|bylines|author|authors|author-(?:box|bio|card|info|name|meta|avatar|details|section|block|area|link|image|photo|date|desc|description)|about-author|about-the-author|(?:post|entry|article|story|page|recipe-post)-(?:meta|info|date|
  author|footer|tags|details-meta)|meta-(?:data|info|bar)|metadata|dateline|(?:pub|publish|published|posted|modified|updated)-(?:date|on|time|at)|
  timestamp|time-stamp|reading-time|read-time|min-read|tag-(?:list|cloud|links)|tags|tagcloud|taglist|topic-category|categories|category-(?:list|links)|cat-links|kicker|
  eyebrow|view-?count|user-(?:info|card|details|action-time)|post-?profile|signature|avatar|speechify-ignore|topic-(?:meta|map|avatar|meta-data)|votes?|votecell|
  vote-count|ratings?|star-rating|last-?(?:updated|modified|mod)|version-(?:badge|label)|page-info|penulis|reporter|tanggal`;

const promotion = `promos?|promotion|promobox|pop-?up|modal|overlay|lightbox|toast|snackbar|notification|notifications|
  (?:notice|announcement|alert|info)-bar|cta|call-to-action|interstitial|upsell|donate|donation|app-(?:banner|download|promo)|download-app|banner|
  chat-widget|intercom|survey|feedback|helpful|useful|tooltip|dropdown|loading|spinner|widget-area|sidebar-widget|credits?|photo-?credit|copyright|
  product-(?:grid|list|card|cards|carousel)|testimonials?-(?:nav|controls)`;

const all = [advertising, consent, sharing, newsletters, related, comments, navigation, wiki, bylines, promotion]
  .join("|")
  .replace(/\s+/g, "");

const clutter = new RegExp(`(?:^|-)(?:${all})(?:-|$)|^(?:widget|date)(?:-|$)`);

// What a state or a category is called says nothing of the element: "has-sidebar", "ad-free", and WordPress's "tag-popular" of an article.
// Docusaurus's "theme-doc-version-badge" is no state.
const states =
  /^(?:has|with|without|no|not|is|are|category|tag|type|status|format|layout|template|theme(?!-(?:doc|edit|last))|term|postid|single|js|supports?|enabled?)-/;

/** Whether one of the names tells that the element is none of the text. */
export function namesClutter(names: string): boolean {
  for (const name of names.split(/\s+/)) {
    const words = wordsOf(name);
    if (words !== "" && words.length < 80 && clutter.test(words) && !isState(words)) return true;
  }
  return false;
}

// "tag-list" and "category-links" are no categories.
function isState(words: string): boolean {
  if (/-(?:free|enabled|disabled|hidden|none|open|closed)$/.test(words)) return true;
  return states.test(words) && !/^(?:tag|category)-(?:list|cloud|links)/.test(words);
}

function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z\d]+/g, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase();
}
