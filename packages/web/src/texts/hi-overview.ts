/** What the app says in Hindi on the overview. */

import type { enOverview } from './en-overview.ts';

export const hiOverview: Readonly<Record<keyof typeof enOverview, string>> = {
  'overview.title': 'सारांश',
  'overview.about': 'क्या बदल रहा है, और किसे आपकी ज़रूरत है।',
  'overview.customers': 'ग्राहक',
  'overview.events': 'आज की घटनाएँ',
  'overview.events.minute': '{n, plural, one {पिछले मिनट में #} other {पिछले मिनट में #}}',
  'overview.segments': 'सक्रिय सेगमेंट',
  'overview.flows': 'आज का आवागमन',
  'overview.flows.hint': 'प्रवेश और निकास',
  'overview.minutes': 'घटनाएँ, मिनट दर मिनट',
  'overview.minutes.label': 'पिछले घंटे में {n} घटनाएँ, एक मिनट में अधिकतम {most}',
  'overview.moves': 'आज क्या बदला, और क्यों',
  'overview.moves.because': 'कारण',
  'overview.moves.empty': 'आज कोई नहीं बदला',
  'overview.moves.entered': '{n} आए',
  'overview.moves.exited': '{n} गए',
  'overview.moves.partial': 'इतिहास भंडार उपलब्ध नहीं है, इसलिए केवल वही गिना गया है जो इसे खोलने के बाद हुआ।',
  'overview.matter.intake': 'अभी कुछ नहीं लिया जा रहा: {message}',
  'overview.matter.silent': '“{source}” चुप हो गया है: उसका अंतिम संदेश {ago} आया।',
  'overview.matter.refused':
    '{n, plural, one {# संदेश समझ न आने से} other {# संदेश समझ न आने से}} अस्वीकार हुए, अंतिम {ago}। वे कारण सहित रखे गए हैं।',
  'overview.matter.history':
    'इतिहास भंडार उपलब्ध नहीं है; उसके लौटने तक बीते समय के प्रश्नों के उत्तर नहीं मिलेंगे। बाकी सब चलता है।',
  'overview.matter.rebuilding': 'इतिहास लॉग से फिर बनाया जा रहा है; तब तक बीते समय के आँकड़े पूरे नहीं हैं।',
  'overview.matter.behind': 'इतिहास {seconds} सेकंड पीछे है ({entries} प्रविष्टियाँ); बीते समय के आँकड़े उतने ही पुराने हैं।',
  'overview.matter.webhook': '{url} को विफलता के बाद से कुछ नहीं भेजा जा रहा, {ago}।',
  'overview.matter.building': 'परिभाषाओं का संस्करण {revision} बन रहा है: {share}।',
  'overview.sources': 'स्रोत',
  'overview.sources.name': 'स्रोत',
  'overview.sources.today': 'आज',
  'overview.sources.last': 'अंतिम संदेश',
  'overview.sources.silent': 'चुप',
  'overview.biggest': 'आकार के अनुसार सेगमेंट',
  'overview.now': 'अभी-अभी',
  'overview.now.empty': 'प्रवेश और निकास होते ही यहाँ दिखते हैं।',
  'overview.attention': 'ध्यान चाहिए',
  'overview.attention.none': 'कुछ नहीं। जो भी आया, समझ लिया गया।',
  'overview.begin.title': 'पहली घटना भेजें',
  'overview.begin.text':
    'Segue, Segment का प्रारूप समझता है: अपने ट्रैकिंग कोड को इस पते पर भेजें, या टर्मिनल से एक घटना भेजकर उसे आते देखें।',
};
