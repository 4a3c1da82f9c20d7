# figure-2-slices.gp - 'gnuplot figure-2-slices.gp' draws figure-2-slices.svg and figure-2-slices.pdf from figure-2-slices.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 1050,852 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 17.5cm,14.2cm font 'Helvetica,11'
swell = 1
}
set output 'figure-2-slices.'.format
set multiplot layout 3,4 margins screen 0.075,0.99,0.0915,0.9824 spacing screen 0.02,0.0317
set xrange [0:10.5]
set yrange [0:20.6]
unset key
set xtics 2
set xlabel '' offset 0,0.4
set format x ''
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 500, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.1 + 1.03 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:5] 6.0988355769769491 + 1.0283548792390613*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 0 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 750, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.1 + 0.92 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:5] 7.0534213638849712 + 0.92134925197172524*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 1 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 1 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 750, d = 75' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.4 + 0.94 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:6.1237243569579451] 6.429346820411034 + 0.93724045536698131*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 2 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 2 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1000, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.7 + 0.91 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.4721359549995796] 7.7458206324850893 + 0.91359331404610078*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 3 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 3 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 1000, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '6.7 + 0.93 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:7.0710678118654755] 6.6770943954131514 + 0.92547786389409425*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 4 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 4 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '8.4 + 1.06 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.6291004988627575] 8.4465806478952015 + 1.0637191323968285*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 5 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 5 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '' offset 0,0.4
set format x ''
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.1 + 0.94 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:7.0710678118654755] 7.1162466637852066 + 0.93684430138396879*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 6 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 6 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 1500, d = 150' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.0 + 0.93 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:8.6602540378443873] 7.0390963036311973 + 0.92858055086965796*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 7 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 7 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel 'largest random gradient'
set format y '%g'
set label 1 'n = 2000, d = 50' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '8.4 + 1.27 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:4.4721359549995796] 8.3996742728216827 + 1.2716180858926431*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 8 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 8 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 2000, d = 100' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.9 + 0.88 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:6.324555320336759] 7.8694637999261179 + 0.87828749676100304*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 9 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 9 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
set xlabel '√(n/k)' offset 0,0.4
set format x '%g'
set ylabel ''
set format y ''
set label 1 'n = 2000, d = 200' at graph 0.05, graph 0.93 textcolor rgb '#333333'
set label 2 '7.6 + 0.88 √(n/k)' at graph 0.95, graph 0.09 right textcolor rgb '#333333'
plot sample [1:10] 7.6291237693980927 + 0.88194144863440238*x with lines linewidth 1.5 linecolor rgb 'black', \
  'figure-2-slices.csv' skip 1 using ($1 == 10 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 10 ? $5 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title ''
unset multiplot
unset output
}
