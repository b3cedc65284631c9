-- What pandoc's writers do not know: charts drawn twice, alt text, our blocks in Typst, styles in Word.
local html = FORMAT:match("html") ~= nil
local typst = FORMAT:match("typst") ~= nil
local office = FORMAT == "docx" or FORMAT == "pptx"

local function read(path)
  local file = assert(io.open(path, "r"), "missing image: " .. path)
  local content = file:read("a")
  file:close()
  return content
end

local function quote(words)
  return '"' .. words:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function escape(words)
  return (words:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

-- Between the quotes of an attribute words are no markup: pandoc would leave a quote in them as it is. A file's
-- properties are strings of Typst's code and not its markup.
local function settle(meta)
  if html then
    for _, key in ipairs({ "description", "logo-alt" }) do
      if meta[key] then
        meta[key] = pandoc.MetaInlines({ pandoc.RawInline("html", escape(pandoc.utils.stringify(meta[key]))) })
      end
    end
    return meta
  end
  if not typst then return nil end
  for key, name in pairs({ ["document-title"] = meta.title or meta.pagetitle, ["document-author"] = meta.author }) do
    meta[key] = pandoc.MetaInlines({ pandoc.RawInline("typst", quote(pandoc.utils.stringify(name or ""))) })
  end
  return meta
end

local function drawn(image)
  local base, alt = image.src:gsub("%.svg$", ""), image.attributes["fig-alt"] or pandoc.utils.stringify(image.caption)
  if html then
    local name = base:match("([^/]+)$")
    if image.classes:includes("small") then
      return pandoc.RawInline("html", '<div class="chart small" data-figure="' .. name:gsub("%-narrow$", "") .. '">'
        .. read(base .. ".inline.svg") .. "</div>")
    end
    return pandoc.RawInline("html", '<div class="chart" data-figure="' .. name .. '"><div class="wide">' .. read(base .. ".inline.svg")
      .. '</div><div class="narrow">' .. read(base .. "-narrow.inline.svg") .. "</div></div>")
  elseif typst then
    return pandoc.RawInline("typst", '#image("' .. base .. '-print.svg", width: 100%, alt: ' .. quote(alt) .. ")")
  end
  -- A slide would print the caption; its alternative text is set afterwards.
  local caption = FORMAT == "pptx" and {} or { pandoc.Str(alt) }
  return pandoc.Image(caption, base .. ".png", "", { width = image.attributes["width"] or "100%" })
end

local function chart_of(block)
  local inner = block.content and #block.content == 1 and block.content[1]
  if inner and inner.t == "Image" and inner.classes:includes("chart") then return inner end
end

local function para(block)
  local image = chart_of(block)
  if not image then return nil end
  local made = drawn(image)
  if html then return pandoc.RawBlock("html", made.text) end
  if typst then return pandoc.RawBlock("typst", made.text) end
  return pandoc.Para({ made })
end

-- What a format leaves out.
local function dropped(div)
  local class = div.classes[1] or ""
  if class == "notes" then return FORMAT ~= "pptx" end
  return (typst and class == "datos") or (div.classes:includes("web") and not html)
end

-- In Word the document's title says the rest.
local function without_title(div)
  if FORMAT == "docx" and div.classes[1] == "top" and #div.content > 1 then div.content = { div.content[2] } end
  return div
end

-- What the site's search knows of a page: its headings, its text, and each part that has an address of its own; no
-- tables, no charts.
local function words_of(doc)
  local heads, said, parts, part = pandoc.List(), pandoc.List(), pandoc.List(), nil
  local function keep(content)
    local words = pandoc.utils.stringify(content)
    said:insert(words)
    if part then part.said:insert(words) end
  end
  local function add(block) keep(block.content) end
  local visit
  visit = {
    traverse = "topdown",
    Div = function(div)
      if dropped(div) then return {}, false end
      -- What is folded away ends a part.
      if div.classes[1] == "datos" then
        part = nil
        return {}, false
      end
    end,
    Table = function(table) return table, false end,
    Header = function(header)
      local words = pandoc.utils.stringify(header.content)
      said:insert(words)
      if header.level > 3 then return nil end
      heads:insert(words)
      part = header.level == 3 and header.identifier ~= "" and { id = header.identifier, head = words, said = pandoc.List() }
      if part then parts:insert(part) end
    end,
    -- A term stands before what is said of it.
    DefinitionList = function(list)
      for _, item in ipairs(list.content) do
        keep(item[1])
        for _, blocks in ipairs(item[2]) do pandoc.Blocks(blocks):walk(visit) end
      end
      return list, false
    end,
    Para = add,
    Plain = add,
  }
  doc.blocks:walk(visit)
  return { title = pandoc.utils.stringify(doc.meta.pagetitle or ""), heads = heads, said = said, parts = parts }
end

-- Before anything is rewritten: the numbers tied to rows and the charts that this format prints, in their order.
local function record(doc)
  local found = pandoc.List()
  local shown = pandoc.Blocks(doc.blocks)
  -- Office files print their title; others have it among their blocks.
  if office and doc.meta.title then shown:insert(1, pandoc.Plain(doc.meta.title)) end
  shown:walk({
    traverse = "topdown",
    Div = function(div)
      if dropped(div) then return {}, false end
      return without_title(div)
    end,
    Span = function(span)
      local key = span.attributes["data-id"]
      if key then
        found:insert({ key = key, field = span.attributes["data-field"], text = pandoc.utils.stringify(span.content) })
      end
    end,
    Image = function(image)
      if not image.classes:includes("chart") then return nil end
      local name = image.src:match("([^/]+)%.svg$")
      local small = image.classes:includes("small")
      found:insert({ figure = small and name:gsub("%-narrow$", "") or name, small = small })
    end,
  })
  local file = assert(io.open("-printed.json", "w"))
  local made = words_of(doc)
  made.numbers = found
  file:write(pandoc.json.encode(made))
  file:close()
end

local styles = { deck = "Entrada", sub = "Subtitulo de grafica", note = "Nota", notice = "Aviso", top = "Antetitulo",
  foot = "Pie" }
local runs = { big = "Cifra", margin = "Margen", better = "Mejor", worse = "Peor", same = "Igual", neutral = "Neutral",
  warn = "Simulado" }
local boxes = { deck = true, sub = true, note = true, notice = true, top = true, foot = true, how = true, panel = true }
local tones = { big = true, margin = true, better = true, worse = true, same = true, neutral = true, warn = true }

local spaces = { top = "14pt", deck = "14pt", sub = "10pt", note = "6pt", notice = "14pt", panel = "12pt", measures = "18pt",
  pair = "14pt", how = "12pt" }

local function grid(div, columns, gap)
  local cells = pandoc.List({ pandoc.RawBlock("typst", "#grid(columns: " .. columns .. ", column-gutter: " .. gap
    .. ", row-gutter: 11pt,") })
  for _, child in ipairs(div.content) do
    if child.t ~= "RawBlock" then
      cells:insert(pandoc.RawBlock("typst", "["))
      cells:insert(child)
      cells:insert(pandoc.RawBlock("typst", "],"))
    end
  end
  cells:insert(pandoc.RawBlock("typst", ")"))
  return cells
end

local function call(name, blocks)
  local made = pandoc.List({ pandoc.RawBlock("typst", "#" .. name .. "[") })
  made:extend(blocks)
  made:insert(pandoc.RawBlock("typst", "]"))
  return made
end

-- Three findings large, then two.
local function measures(div)
  local rows = pandoc.List()
  local first, rest = pandoc.Div({}), pandoc.Div({})
  local index = 0
  for _, child in ipairs(div.content) do
    if child.t ~= "RawBlock" then
      index = index + 1
      local row = index <= 3 and first or rest
      row.content:insert(child)
    end
  end
  rows:extend(grid(first, "(1fr, 1fr, 1fr)", "16pt"))
  if #rest.content > 0 then rows:insert(pandoc.RawBlock("typst", "#v(12pt, weak: true)")) rows:extend(grid(rest, "(1fr, 1fr)", "16pt")) end
  return rows
end

-- Under one rule: the heading, and the paragraphs beside each other.
local function how(div)
  local head, rest = pandoc.List(), pandoc.Div({})
  for _, child in ipairs(div.content) do
    if child.t == "Header" then head:insert(child) elseif child.t ~= "RawBlock" then rest.content:insert(child) end
  end
  head:extend(grid(rest, "(1fr, 1fr)", "24pt"))
  return call("how", head)
end

local function measures_table(div)
  local rows = {}
  for _, measure in ipairs(div.content) do
    local first, rest = measure.content[1], pandoc.List()
    for index = 2, #measure.content do rest:insert(measure.content[index]) end
    table.insert(rows, { { first }, rest })
  end
  local head = { { pandoc.Plain({ pandoc.Str("Cifra") }) }, { pandoc.Plain({ pandoc.Str("Hallazgo") }) } }
  local simple = pandoc.SimpleTable({}, { pandoc.AlignLeft, pandoc.AlignLeft }, { 0.34, 0.66 }, head, rows)
  return pandoc.utils.from_simple_table(simple)
end

local function div(div)
  if dropped(div) then return {} end
  local class = div.classes[1] or ""
  if html then
    if class == "datos" then
      local made = pandoc.List({ pandoc.RawBlock("html", "<details><summary>" .. escape(div.attributes["summary"]) .. "</summary>") })
      made:extend(div.content)
      made:insert(pandoc.RawBlock("html", "</details>"))
      return made
    end
    return nil
  end
  if typst then
    local made
    if class == "measures" then made = measures(div)
    elseif class == "pair" and div.classes:includes("stacked") then made = div.content
    elseif class == "pair" then made = grid(div, "(1.22fr, 1fr)", "24pt")
    elseif class == "how" then made = how(div)
    elseif class == "columns" then made = grid(div, "(1fr, 1fr)", "24pt")
    elseif class == "measure" then made = call("measure", div.content)
    elseif class == "top" then made = grid(div, "(1fr, auto)", "12pt"); made = call("top", made)
    elseif boxes[class] then made = call(class, div.content)
    else return nil end
    -- One block, so that a grid around it takes it as one cell; the space after it outside.
    local after = pandoc.RawBlock("typst", "#v(" .. (spaces[class] or "0pt") .. ", weak: true)")
    if class == "measures" or class == "pair" then made:insert(after) return made end
    local whole = pandoc.List({ pandoc.Div(made), after })
    if div.classes:includes("second-page") then whole:insert(1, pandoc.RawBlock("typst", "#pagebreak(weak: true)")) end
    return whole
  end
  if FORMAT == "docx" then
    if class == "measures" then return measures_table(div) end
    div = without_title(div)
    if styles[class] then div.attributes["custom-style"] = styles[class] end
    return div
  end
end

-- A link that only leads somewhere inside of the site.
local function link(link)
  if link.classes:includes("web") then
    if not html then return link.content end
    link.classes = {}
    return link
  end
end

local function span(span)
  if html then return nil end
  for _, class in ipairs(span.classes) do
    if typst and tones[class] then
      local made = pandoc.List({ pandoc.RawInline("typst", "#" .. class .. "[") })
      made:extend(span.content)
      made:insert(pandoc.RawInline("typst", "]"))
      return made
    elseif FORMAT == "docx" and runs[class] then
      return pandoc.Span(span.content, { ["custom-style"] = runs[class] })
    end
  end
  return span.content
end

local function table_of(tbl)
  if not html then return nil end
  -- A browser knows best how wide a column wants to be.
  for index, spec in ipairs(tbl.colspecs) do tbl.colspecs[index] = { spec[1], nil } end
  local label = pandoc.utils.stringify(tbl.caption.long)
  if label == "" then label = "Tabla" end
  return { pandoc.RawBlock("html", '<div class="scroll" role="region" tabindex="0" aria-label="' .. escape(label) .. '">'), tbl,
    pandoc.RawBlock("html", "</div>") }
end

return {
  { Pandoc = record },
  { Meta = settle, Para = para, Div = div, Link = link, Span = span, Table = table_of },
}
