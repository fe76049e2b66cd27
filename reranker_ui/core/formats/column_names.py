"""Names of columns that are known, in several languages, without case, spaces and signs."""

KNOWN = {
    "query": (
        "query", "question", "querytext", "searchquery", "searchterm", "anchor", "premise",
        "sentence0", "sentencea", "text1", "queries", "q", "argument", "searchterms", "keyword",
        "querystring", "userquery", "prompt", "claim", "title1", "question1", "src",
        "frage", "suchanfrage", "anfrage", "suchbegriff", "requête", "requete", "consulta",
        "pregunta", "domanda", "pergunta", "zoekopdracht", "vraag", "查询", "问题", "クエリ",
        "質問", "질의", "질문", "검색어", "запрос", "вопрос", "запит", "sorgu", "soru", "zapytanie",
        "pytanie", "الاستعلام", "السؤال", "استعلام", "سؤال", "câuhỏi", "truyvấn", "fråga", "คำถาม",
    ),
    "passage": (
        "passage", "document", "doc", "answer", "passagetext", "documenttext", "doctext",
        "positive", "hypothesis", "sentence", "sentenceb", "text2", "context", "content",
        "keypoint", "paragraph", "text", "body", "response", "productdescription", "producttext",
        "producttitle", "snippet", "abstract", "candidate", "chunk", "evidence", "title2",
        "question2", "contents", "description", "title", "tgt",
        "antwort", "treffer", "dokument", "textstelle", "réponse", "reponse", "texte", "respuesta",
        "texto", "documento", "risposta", "resposta", "antwoord", "文档", "段落", "答案", "文書",
        "回答", "문서", "문단", "답변", "본문", "документ", "ответ", "текст", "відповідь", "belge",
        "metin", "cevap", "dokument", "tekst", "odpowiedź", "النص", "نص", "الوثيقة", "الإجابة",
        "vănbản", "tàiliệu", "เอกสาร", "ขอความ", "sentence2",
    ),
    "label": (
        "label", "labels", "relevance", "grade", "score", "scores", "rating", "judgment",
        "judgement", "isrelevant", "relevant", "gold", "rel", "relevancelabel", "relevancescore",
        "goldlabel", "esclabel", "escilabel", "similarity", "similarityscore", "target", "class",
        "annotation", "isduplicate", "y", "annotations", "judgments", "judgements", "ratings",
        "bewertung", "relevanz", "pertinence", "pertinent", "relevancia", "relevância",
        "rilevanza", "beoordeling", "标签", "相关性", "ラベル", "関連度",
        "관련성", "관련도", "라벨", "релевантность", "оценка", "оцінка", "ilgili", "ilgililik",
        "etiket", "trafność", "ocena", "الصلة", "التقييم", "nhãn", "classname", "classification",
        "classifications",
    ),
    "split": ("split", "fold", "subset", "partition"),
    "annotator": (
        "annotator", "annotatorid", "annotatedby", "judge", "rater", "assessor", "labeler",
        "labeller", "reviewer", "worker", "workerid", "completedby", "useremail",
    ),
}  # fmt: skip
ROLES = tuple(KNOWN)
IDS = (
    "queryid", "qid", "questionid", "documentid", "docid", "passageid", "pid", "corpusid", "id",
    "did", "argid", "keypointid", "productid", "productuid", "itemid", "articleid", "asin",
)  # fmt: skip
